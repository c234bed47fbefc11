import { describe, expect, it } from 'vitest'
import { createAccountingReader } from '../../../src/csv/types/accounting.ts'
import { createCanonical } from '../../../src/csv/types/canonical.ts'
import { ColumnTypes } from '../../../src/csv/types/column-types.ts'
import { type NumberFormat, PLAIN_NUMBERS } from '../../../src/csv/types/number-format.ts'
import { parse } from '../read.ts'

const ACCOUNTING: NumberFormat = { ...PLAIN_NUMBERS, accounting: true }
const COMMA: NumberFormat = { ...ACCOUNTING, decimal: ',', isDeclared: true }

/** The type of a column of amounts, and its cells as they are stored. */
function read(cells: readonly string[], numbers = ACCOUNTING) {
  const types = new ColumnTypes({ numbers })
  const text = cells.map((cell) => `"${cell}"|x\n`).join('')
  parse([Buffer.from(text)], { delimiter: '|' }, (batch) => types.add(batch))
  const [column] = types.columns()
  if (column === undefined) throw new Error('No column was found.')
  const canonical = createCanonical(numbers)
  const stored = column.type === 'text' ? [] : cells.map((cell) => canonical(column, cell))
  return { type: column.type, ambiguous: column.ambiguous, stored }
}

describe('an amount of an account statement', () => {
  it.each([
    ['+5.00', '5.00'],
    ['(30.00)', '-30.00'],
    ['12.50-', '-12.50'],
    ['12.50+', '12.50'],
    ['−1.00', '-1.00'],
    ['EUR 5.00', '5.00'],
    ['6.00 EUR', '6.00'],
    ['5,00 €', '5.00'],
    ['-5,00€', '-5.00'],
    ['€ -5,00', '-5.00'],
    ['(€1.234,50)', '-1234.50'],
    ['1.234,50-', '-1234.50'],
    ['1,23,456.78', '123456.78'],
    ['12,34,56,789.00', '123456789.00'],
    ["1'234.50", '1234.50'],
    ['CHF 1’234.05', '1234.05'],
    ['1 234,50 zł', '1234.50'],
    ['1\u00a0234,50\u00a0Kč', '1234.50'],
    ['R$ 1.234,50', '1234.50'],
    ['US$1,234.50', '1234.50'],
    ['₹1,23,456.00', '123456.00'],
    ['.50', '.50'],
    ['-0,50', '-0.50'],
    ['9999999999999,99', '9999999999999.99'],
  ])('%s is %s', (cell, plain) => {
    expect(read([cell])).toEqual({ type: 'numeric', ambiguous: false, stored: [plain] })
  })

  it.each([
    ['--5.00'],
    ['-(5.00)'],
    ['-5.00-'],
    ['(5.00'],
    ['EUR 5.00 USD'],
    ['ABC 5.00'],
    ['1,2345.00'],
    ['1.23.456,78'],
    ['1,23,45.00'],
    ['1.234.5'],
    ['5.00 each'],
    ['007.50'],
    ['€'],
    ['1e5'],
    ['12:30'],
  ])('is not %s', (cell) => {
    expect(read([cell]).type).toBe('text')
  })

  it('keeps the code of its currency apart', () => {
    const { currencyOf } = createAccountingReader(ACCOUNTING)
    expect(['EUR 5.00', '5,00 €', '5.00'].map(currencyOf)).toEqual(['EUR', '€', ''])
  })
})

describe('a column of amounts', () => {
  it('is read by the mark that all of its cells can have', () => {
    expect(read(['1.234', '12', '7,50']).stored).toEqual(['1234', '12', '7.50'])
    expect(read(['1,234', '12', '7.50']).stored).toEqual(['1234', '12', '7.50'])
    expect(read(['1.234', '1.234.567']).stored).toEqual(['1234', '1234567'])
    expect(read(['12', '-7', '(3)'])).toMatchObject({ type: 'integer', stored: ['12', '-7', '-3'] })
  })

  it('of both marks is text', () => {
    expect(read(['1.234,50', '1,234.50'])).toMatchObject({ type: 'text', ambiguous: false })
  })

  it('that could have either is text and ambiguous, unless the mark is given', () => {
    expect(read(['1.234', '+5'])).toMatchObject({ type: 'text', ambiguous: true })
    expect(read(['(1,234)'])).toMatchObject({ type: 'text', ambiguous: true })
    expect(read(['1.234', '+5'], COMMA)).toMatchObject({ type: 'integer', stored: ['1234', '5'] })
    const point: NumberFormat = { ...ACCOUNTING, isDeclared: true }
    expect(read(['1.234', '+5'], point)).toMatchObject({ type: 'numeric', stored: ['1.234', '5'] })
    const spaced: NumberFormat = { ...ACCOUNTING, thousands: '.' }
    expect(read(['1.234', '2,50'], spaced)).toMatchObject({ stored: ['1234', '2.50'] })
  })
})
