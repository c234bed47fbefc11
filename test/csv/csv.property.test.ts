import fc from 'fast-check'
import { expect, it } from 'vitest'
import { detectEncoding, type Encoding } from '../../src/csv/detect/encoding.ts'
import type { Format } from '../../src/csv/parse/format.ts'
import { createUtf8Converter } from '../../src/csv/parse/to-utf8.ts'
import { propertyRuns } from '../setup/property-runs.ts'
import { cut, read, typesOf } from './read.ts'
import { writeCell } from './write-table.ts'

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'"\'\\,;\t|:\r\n a0é😀'), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 8 })
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
const format: fc.Arbitrary<Format> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', ':', '^', '~'),
  quote: fc.constantFrom('"', "'"),
  escape: fc.constantFrom('doubled', 'backslash'),
  lineEnd: fc.constantFrom('any', 'lf', 'crlf', 'cr'),
})
const LINE_ENDS = { any: '\n', lf: '\n', crlf: '\r\n', cr: '\r' } as const

it('round-trips any table in any format, cut anywhere', () => {
  fc.assert(
    fc.property(
      table,
      format,
      lengths,
      fc.boolean(),
      fc.boolean(),
      (rows, form, cuts, bare, last) => {
        const lines = rows.map((row) =>
          row.map((text) => writeCell(text, form, bare)).join(form.delimiter),
        )
        const end = LINE_ENDS[form.lineEnd]
        const text = lines.join(end) + (last ? end : '')
        const got = read(text, form, cuts)
        expect(got.map((row) => row.cells)).toEqual(
          rows.map((row) => row.map((cell) => cell.toWellFormed())),
        )
        expect(got.some((row) => row.problem)).toBe(false)
      },
    ),
    { numRuns: propertyRuns(3_000) },
  )
})

it('parses anything the same, wherever it is cut', () => {
  const outcome = (run: () => unknown) => {
    try {
      return run()
    } catch (error) {
      return error
    }
  }
  const text = fc.string({ unit: fc.constantFrom(...'",\\\r\nxé'), maxLength: 40 })
  fc.assert(
    fc.property(
      text,
      format,
      lengths,
      fc.integer({ min: 0, max: 2 }),
      (given, form, cuts, skipLines) => {
        const options = { ...form, skipLines, maxRowBytes: 20, maxColumns: 6 }
        const whole = outcome(() => read(given, options))
        expect(outcome(() => read(given, options, cuts))).toEqual(whole)
      },
    ),
    { numRuns: propertyRuns(5_000) },
  )
})

const encode = (text: string, encoding: Encoding): Buffer => {
  if (encoding === 'utf-8') return Buffer.from(text)
  const utf16 = Buffer.from(text, 'utf16le')
  return encoding === 'utf-16be' ? utf16.swap16() : utf16
}

it('converts marked text of any Unicode encoding to UTF-8, cut anywhere', () => {
  const encoding = fc.constantFrom<Encoding>('utf-8', 'utf-16le', 'utf-16be')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), encoding, lengths, (text, name, cuts) => {
      const bytes = encode(`\ufeff${text}`, name)
      const detected = detectEncoding(bytes, true)
      expect(detected.encoding).toBe(name)
      const converter = createUtf8Converter(detected)
      const parts = [...cut(bytes, cuts)].map((chunk) => Buffer.from(converter.push(chunk)))
      expect(Buffer.concat([...parts, converter.end()]).toString()).toBe(text)
      expect(converter.mended).toBe(0)
    }),
  )
})

it('converts any bytes to valid UTF-8, the same wherever they are cut', () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(bytes, lengths, (given, cuts) => {
      const convert = (chunks: Iterable<Buffer>) => {
        const converter = createUtf8Converter({ encoding: 'utf-8', bomBytes: 0 })
        const parts = [...chunks].map((chunk) => Buffer.from(converter.push(chunk)))
        return Buffer.concat([...parts, converter.end()]).toString()
      }
      const whole = convert([given])
      expect(whole).not.toContain('\ufffd')
      expect(convert(cut(given, cuts))).toBe(whole)
    }),
    { numRuns: propertyRuns(2_000) },
  )
})

it('detects columns of integers, decimals and dates', () => {
  const big = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  const date = fc.date({
    min: new Date('0001-01-01'),
    max: new Date('9999-12-31'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(big, date), { minLength: 3, maxLength: 20 }), (rows) => {
      const lines = [[2n, new Date(0)] as const, ...rows].map(([number, at]) => {
        const iso = at.toISOString()
        return [number, `${number}.50`, iso.slice(0, 10), iso.slice(0, -1), iso].join(',')
      })
      expect(typesOf(lines.join('\n')).map((column) => column.type)).toEqual([
        'integer',
        'numeric',
        'date',
        'timestamp',
        'timestamptz',
      ])
    }),
  )
})
