import { describe, expect, it } from 'vitest'
import { createCanonical } from '../../../src/csv/types/canonical.ts'
import { ColumnTypes, type TypeOptions } from '../../../src/csv/types/column-types.ts'
import type { ColumnType, DateOrder } from '../../../src/csv/types/decide.ts'
import { createDeclaredCheck } from '../../../src/csv/types/declared-check.ts'
import { PLAIN_NUMBERS } from '../../../src/csv/types/number-format.ts'
import { parse } from '../read.ts'

/** A column read with options: its type, its cells as stored, and the rows that do not fit. */
function read(cells: readonly string[], options: TypeOptions = {}) {
  const types = new ColumnTypes(options)
  const check = createDeclaredCheck(options)
  const refused: number[] = []
  const text = cells.map((cell) => `"${cell}"|x\n`).join('')
  parse([Buffer.from(text)], { delimiter: '|' }, (batch) => {
    for (let row = 0; row < batch.rows; row += 1) {
      if (check(batch, row) !== undefined) refused.push(row)
    }
    types.add(batch, 0, (_, row) => refused.includes(row))
  })
  const [column] = types.columns()
  if (column === undefined) throw new Error('No column was found.')
  const canonical = createCanonical(options.numbers ?? PLAIN_NUMBERS)
  const kept = cells.filter((cell, row) => cell !== '' && !refused.includes(row))
  return {
    type: column.type,
    ambiguous: column.ambiguous,
    refused,
    stored: kept.map((cell) => canonical(column, cell)),
  }
}

const as = (type: ColumnType, cells: readonly string[], options: TypeOptions = {}) =>
  read(cells, { ...options, declared: new Map([[0, type]]) })

describe('a column whose type is given', () => {
  it.each([
    ['integer', ['1', 'x', '2.5', '007', '9223372036854775808', ''], [1, 2, 3, 4], ['1']],
    ['numeric', ['1', '2.5', '1,5', '1-2', ''], [2, 3], ['1', '2.5']],
    ['numeric', ['1.234', '12'], [], ['1.234', '12']],
    [
      'boolean',
      ['0', 'yes', 'F', 'on', 'OFF', 'n', '2', 'maybe', ''],
      [6, 7],
      ['false', 'true', 'false', 'true', 'false', 'false'],
    ],
    ['date', ['2026-01-31', '31.01.2026', '2026-02-30', ''], [1, 2], ['2026-01-31']],
    ['date', ['01/02/2026', '13/02/2026', '02/13/2026'], [2], ['2026-02-01', '2026-02-13']],
    [
      'timestamp',
      ['2026-01-31', '2026-01-31 10:15', '10:15'],
      [2],
      ['2026-01-31', '2026-01-31 10:15:00'],
    ],
    ['timestamptz', ['2026-01-31T10:15:00Z', '2026-01-31'], [1], ['2026-01-31 10:15:00+00:00']],
    ['uuid', ['0F8FAD5B-d9cb-469f-a165-70867728950e', '1'], [1], undefined],
    ['json', ['[1]', '{}', '{a}'], [2], ['[1]', '{}']],
    ['text', ['1', 'true', ''], [], ['1', 'true']],
  ] as const)('as %s keeps what fits of %j', (type, cells, refused, stored) => {
    const column = as(type, cells)
    expect([column.type, column.refused]).toEqual([type, refused])
    if (stored !== undefined) expect(column.stored).toEqual(stored)
  })

  it('has it without any value, too', () => {
    expect(as('numeric', ['', ''])).toMatchObject({ type: 'numeric', refused: [] })
    expect(as('date', [''])).toMatchObject({ type: 'date' })
  })

  it('stays text while its dates could be of two orders', () => {
    expect(as('date', ['01/02/2026'])).toMatchObject({ type: 'text', ambiguous: true })
    expect(as('date', ['01/02/2026'], { dateOrder: 'mdy' })).toMatchObject({
      type: 'date',
      stored: ['2026-01-02'],
    })
  })
})

describe('a given order of dates', () => {
  it.each([
    ['dmy', ['01/02/2026', '3.4.2026'], ['2026-02-01', '2026-04-03']],
    ['mdy', ['01/02/2026', '12-31-2026'], ['2026-01-02', '2026-12-31']],
    ['dmy', ['31.12.25', '01.01.26', '1.2.70', '1.2.69'], undefined],
    ['mdy', ['12/31/25', '1/1/26'], ['2025-12-31', '2026-01-01']],
    ['ymd', ['25-12-31', '26-1-5'], ['2025-12-31', '2026-01-05']],
    ['dmy', ['2026-01-31'], ['2026-01-31']],
    ['dmy', ['31.12.25', '31.12.2026'], ['2025-12-31', '2026-12-31']],
  ] as const)('%s reads %j', (dateOrder, cells, stored) => {
    const expected = stored ?? ['2025-12-31', '2026-01-01', '1970-02-01', '2069-02-01']
    expect(read(cells, { dateOrder })).toMatchObject({ type: 'date', stored: expected })
  })

  it('reads times behind years of two digits', () => {
    const { type, stored } = read(['31.12.25 10:15', '1.2.26 3:05 PM'], { dateOrder: 'dmy' })
    expect([type, stored]).toEqual(['timestamp', ['2025-12-31 10:15:00', '2026-02-01 15:05:00']])
  })

  it.each([
    ['dmy', '01/13/2026'],
    ['mdy', '13/01/2026'],
    ['dmy', '99-12-31'],
    ['ymd', '12.31.99'],
    ['dmy', '30.02.26'],
  ] as const)('%s leaves %s text', (dateOrder: DateOrder, cell) => {
    expect(read([cell], { dateOrder })).toMatchObject({ type: 'text', ambiguous: false })
  })
})

describe('a column that could be read in two ways', () => {
  it.each([
    [['01/02/2026', '03/04/2026']],
    [['31.12.25', '01.01.26']],
    [['12/31/25 10:15']],
    [['-3.000', '1.500', '12.250']],
    [['1,234', '5']],
  ])('is ambiguous text: %j', (cells) => {
    expect(read(cells)).toMatchObject({ type: 'text', ambiguous: true })
  })

  it.each([
    ['numeric', ['1.234', '0.500']],
    ['numeric', ['1.234', '12345']],
    ['numeric', ['1.234', '1.5']],
    ['text', ['1.234.567', '1.234']],
    ['text', ['1.234,50', '1.234']],
    ['text', ['1,5', '1,234']],
    ['text', ['31.12.25', 'soon']],
    ['integer', ['1', '23', '456']],
  ] as const)('is not one of %s: %j', (type, cells) => {
    expect(read(cells)).toMatchObject({ type, ambiguous: false })
  })

  it('is numeric with a given decimal separator', () => {
    const numbers = { ...PLAIN_NUMBERS, isDeclared: true } as const
    expect(read(['1.234'], { numbers })).toMatchObject({ type: 'numeric', ambiguous: false })
  })
})
