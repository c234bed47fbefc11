import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readRows } from '../../src/csv/read.ts'
import { createLineEnds, csvLine } from '../../src/csv/write.ts'
import { propertyRuns } from '../setup/property-runs.ts'

const FORMULA = /^[=+\-@\t\r]/

/** Texts made of what CSV and spreadsheets find special, and of anything. */
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",;\'a 0é😀'), maxLength: 6 }),
  fc.string({ unit: 'binary' }),
)

it('gives back every cell, with an apostrophe before what a spreadsheet would run', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
      const line = csvLine(cells, { safe: true })
      const [read, ...more] = readRows(Buffer.from(line), { lineEnd: 'crlf' })
      expect(more).toEqual([])
      expect(read?.problem).toBeUndefined()
      expect(read?.cells).toEqual(cells.map((text) => (FORMULA.test(text) ? `'${text}` : text)))
      for (const text of read?.cells ?? []) expect(text).not.toMatch(FORMULA)
    }),
    { numRuns: propertyRuns(2_000) },
  )
})

it.each([
  ['=1+1', `'=1+1`],
  ['+49', `'+49`],
  ['-1', `'-1`],
  ['@SUM(A1)', `'@SUM(A1)`],
  ['\tx', `'\tx`],
  ['\rx', `"'\rx"`],
  ['=a,b', `"'=a,b"`],
  ['a=b', 'a=b'],
  ['say "x"', '"say ""x"""'],
  ['', ''],
])('writes %j as %j', (text, written) => {
  expect(csvLine([text, 'x'], { safe: true })).toBe(`${written},x\r\n`)
})

it('leaves every cell as it is where nothing else is asked', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
      const [read] = readRows(Buffer.from(csvLine(cells)), { lineEnd: 'crlf' })
      expect(read?.cells).toEqual(cells)
    }),
    { numRuns: propertyRuns(1_000) },
  )
})

it('ends lines with CR LF that end with LF, wherever the pieces begin', () => {
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { maxLength: 5 })
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 7 }), (rows, size) => {
      const lines = rows.map((cells) => csvLine(cells))
      const bytes = Buffer.from(lines.map((line) => `${line.slice(0, -2)}\n`).join(''))
      const convert = createLineEnds()
      const pieces: Buffer[] = []
      for (let start = 0; start < bytes.length; start += size) {
        pieces.push(convert(bytes.subarray(start, start + size)))
      }
      expect(Buffer.concat(pieces)).toEqual(Buffer.from(lines.join('')))
    }),
    { numRuns: propertyRuns(1_000) },
  )
})
