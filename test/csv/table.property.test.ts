import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GivenDialect } from '../../src/csv/detect/dialect.ts'
import type { Encoding } from '../../src/csv/detect/encoding.ts'
import type { Format } from '../../src/csv/parse/format.ts'
import { propertyRuns } from '../setup/property-runs.ts'
import { readTable } from './read-table.ts'
import { type Table, writeTable } from './write-table.ts'

const LATIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüßéèñçøå'
const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

const unicode = fc.constantFrom<readonly [Encoding, boolean]>(
  ['utf-8', false],
  ['utf-8', true],
  ['utf-16le', false],
  ['utf-16le', true],
  ['utf-16be', true],
)

const encodings = fc.oneof(unicode, fc.constant(['windows-1252', false] as const))

/** The cells of each row, as the reader returns them. */
const textsOf = (rows: readonly { readonly cells: readonly string[] }[]) =>
  rows.map((row) => [...row.cells])

describe('a table whose dialect is given', () => {
  const special = fc.string({ unit: fc.constantFrom(...'"\'\\,;\t|:#\r\n a0é😀'), maxLength: 8 })
  const anything = fc
    .string({ unit: 'grapheme', maxLength: 8 })
    .map((text) => text.replaceAll('\0', ''))
  const cell = fc.oneof(special, anything, fc.constantFrom('', ' ', '  x  '))
  const format: fc.Arbitrary<Format> = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|', ':', '#', ' ', '\u0001'),
    quote: fc.constantFrom('"', "'", '`'),
    escape: fc.constantFrom('doubled', 'backslash'),
    lineEnd: fc.constantFrom('any', 'lf', 'crlf', 'cr'),
  })

  it('survives a round trip, in any encoding and cut anywhere', () => {
    const tables = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }),
      )
    fc.assert(
      fc.property(
        tables,
        format,
        unicode,
        lengths,
        fc.boolean(),
        fc.boolean(),
        (table, form, [encoding, marked], cuts, bare, lastLineEnd) => {
          const file = writeTable(table, form, { encoding, marked, bare, lastLineEnd })
          const given: GivenDialect = {
            ...form,
            encoding,
            header: false,
            preambleLines: 0,
            footerLines: 0,
          }
          const { rows } = readTable(file, given, cuts)
          expect(textsOf(rows)).toEqual(table)
          expect(rows.some((row) => row.problem)).toBe(false)
        },
      ),
      { numRuns: propertyRuns(2_000) },
    )
  })
})

describe('a table of ordinary content', () => {
  const word = fc.string({ unit: fc.constantFrom(...LATIN), minLength: 1, maxLength: 10 })
  const sentence = fc
    .array(fc.oneof(word, fc.constantFrom('a, b', '"so"', "it's", '1;2', 'two\nlines', '50 %')), {
      minLength: 1,
      maxLength: 5,
    })
    .map((words) => words.join(' '))
  const kinds = [
    fc.integer({ min: 0, max: 100_000 }).map(String),
    fc.integer({ min: -99_999, max: 99_999 }).map((cents) => (cents / 100).toFixed(2)),
    fc
      .date({ min: new Date('1970-01-01'), max: new Date('2038-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
    word,
    fc.oneof(sentence, fc.constant('')),
  ]
  /** A first column of unique numbers, and one to four more columns. */
  const tables: fc.Arbitrary<Table> = fc
    .array(fc.nat({ max: kinds.length - 1 }), { minLength: 1, maxLength: 4 })
    .chain((columns) =>
      fc.array(fc.tuple(...columns.map((kind) => kinds[kind] as fc.Arbitrary<string>)), {
        minLength: 3,
        maxLength: 30,
      }),
    )
    .map((rows) => rows.map((cells, index) => [String(index + 1), ...cells]))
  const format: fc.Arbitrary<Format> = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    quote: fc.constant('"'),
    escape: fc.constant('doubled'),
    lineEnd: fc.constantFrom('lf', 'crlf', 'cr'),
  })

  it('survives a round trip with full detection', () => {
    fc.assert(
      fc.property(
        tables,
        format,
        encodings,
        lengths,
        fc.boolean(),
        fc.boolean(),
        (table, form, [encoding, marked], cuts, bare, lastLineEnd) => {
          const names = table[0]?.map((_, column) => (column === 0 ? 'id' : `name ${column}`)) ?? []
          const file = writeTable([names, ...table], form, { encoding, marked, bare, lastLineEnd })
          // Random letters are of no language, by which such an encoding is found.
          const given = encoding === 'windows-1252' ? { encoding } : {}
          const { dialect, rows } = readTable(file, given, cuts)
          // Pure ASCII is also UTF-8.
          const isAscii = file.every((byte) => byte < 0x80 && byte > 0)
          const detected = isAscii && !given.encoding ? 'utf-8' : encoding
          expect(dialect).toMatchObject({
            encoding: detected,
            delimiter: form.delimiter,
            header: true,
            names,
          })
          expect(textsOf(rows)).toEqual(table)
        },
      ),
      { numRuns: propertyRuns(1_000) },
    )
  })
})
