import { expect, it } from 'vitest'
import { ColumnTypes } from '../../../src/csv/types/column-types.ts'
import type { NumberFormat } from '../../../src/csv/types/number-format.ts'
import { parse } from '../read.ts'

/** For each row, 1 if it is plain. */
function plainRows(text: string, numbers?: NumberFormat): number[] {
  const types = new ColumnTypes(numbers ? { numbers } : {})
  const plain: number[] = []
  parse([Buffer.from(text)], { delimiter: ';' }, (batch) => {
    types.add(batch)
    plain.push(...types.plain.subarray(0, batch.rows))
  })
  return plain
}

const start = 'word;1;2.5;2026-01-31;{};yes\n'

it.each([
  ['written plainly', 'word;-2;.5;2026-02-01;[1];No', 1],
  ['in quotes', '"a ""b"" c";"3";"1.5";"2026-02-01";"{""a"": 1}";"yes"', 1],
  ['empty without quotes', ';;;;;', 1],
  ['empty in quotes', '"";1;2.5;2026-01-31;{};yes', 0],
  ['of blanks', ' ;1;2.5;2026-01-31;{};yes', 0],
  ['a word for null', 'word;1;NULL;2026-01-31;{};yes', 0],
  ['a word for null that is a text', 'NULL;1;2.5;2026-01-31;{};yes', 1],
  ['with blanks that are trimmed', ' a ; 1 ;\t2; 2026-01-31;{}; no', 1],
  ['with blanks that are kept', 'a;1;2;2026-01-31; {};no', 0],
  ['in another date format', 'a;1;2;2026/01/31;{};no', 0],
  ['with a problem', '"a"b;1;2;2026-01-31;{};no', 0],
])('a row of cells %s: %s is plain: %i', (_, row, plain) => {
  expect(plainRows(`${start}${row}\n`)).toEqual([1, plain])
})

it('a row of formatted numbers is plain only if PostgreSQL can read them', () => {
  const numbers: NumberFormat = { decimal: ',', thousands: '.', currencySigns: false }
  expect(plainRows('1;2\n1.000;2\n1;2,5\n3;4\n', numbers)).toEqual([1, 0, 0, 1])
})

it('an ignored row is not plain', () => {
  const types = new ColumnTypes()
  parse([Buffer.from('1\n2\n3\n')], {}, (batch) => {
    types.add(batch)
    types.add(batch, 0, (_, row) => row === 1)
    expect([...types.plain.subarray(0, 3)]).toEqual([1, 0, 1])
  })
})
