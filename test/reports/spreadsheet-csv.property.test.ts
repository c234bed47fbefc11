import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readRows } from '../../src/csv/read.ts'
import { csvLine } from '../../src/features/reports/spreadsheet-csv.ts'

const FORMULA = /^[=+\-@\t\r]/

/** Texts made of what CSV and spreadsheets find special, and of anything. */
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",;\'a 0é😀'), maxLength: 6 }),
  fc.string({ unit: 'binary' }),
)

it('gives back every cell, with an apostrophe before what a spreadsheet would run', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
      const line = csvLine(cells)
      const [read, ...more] = readRows(Buffer.from(line), { lineEnd: 'crlf' })
      expect(more).toEqual([])
      expect(read?.problem).toBeUndefined()
      expect(read?.cells).toEqual(cells.map((text) => (FORMULA.test(text) ? `'${text}` : text)))
      for (const text of read?.cells ?? []) expect(text).not.toMatch(FORMULA)
    }),
    { numRuns: 2_000 },
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
  expect(csvLine([text, 'x'])).toBe(`${written},x\r\n`)
})
