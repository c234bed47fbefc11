import { describe, expect, it } from 'vitest'
import { createCanonical } from '../../../src/csv/types/canonical.ts'
import { ColumnTypes } from '../../../src/csv/types/column-types.ts'
import { createNumberReader, type NumberFormat } from '../../../src/csv/types/number-format.ts'
import { parse } from '../read.ts'

const english: NumberFormat = { decimal: '.', thousands: ',', currencySigns: true }
const german: NumberFormat = { decimal: ',', thousands: '.', currencySigns: true }
const french: NumberFormat = { decimal: ',', thousands: ' ', currencySigns: false }
const swiss: NumberFormat = { decimal: '.', thousands: "'", currencySigns: false }

/** The type of a one-cell column, and the cell's canonical text. */
function read(text: string, numbers: NumberFormat) {
  const types = new ColumnTypes({ numbers })
  parse([Buffer.from(`"${text}";x\n`)], { delimiter: ';' }, (batch) => types.add(batch))
  const [column] = types.columns()
  if (column === undefined) throw new Error('No column was found.')
  return [column.type, createCanonical(numbers)(column, text)]
}

describe('a number', () => {
  it.each([
    [english, '1,234,567.89', 'numeric', '1234567.89'],
    [english, '1,234', 'integer', '1234'],
    [english, '-$12.00', 'numeric', '-12.00'],
    [english, '$-12', 'integer', '-12'],
    [english, '£ 7', 'integer', '7'],
    [english, '12 €', 'integer', '12'],
    [english, '.5', 'numeric', '.5'],
    [english, '1.5e-7', 'numeric', '1.5e-7'],
    [english, '1234.5', 'numeric', '1234.5'],
    [english, '999', 'integer', '999'],
    [german, '€ 1.234,50', 'numeric', '1234.50'],
    [german, '1.234', 'integer', '1234'],
    [german, '-0,5', 'numeric', '-0.5'],
    [french, '1 234,5', 'numeric', '1234.5'],
    [french, '1\u00a0234\u202f567', 'integer', '1234567'],
    [swiss, "1'234.50", 'numeric', '1234.50'],
    [swiss, '1’234', 'integer', '1234'],
  ] as const)('in %j: %s is %s, %s', (numbers, text, type, written) => {
    expect(read(text, numbers)).toEqual([type, written])
  })

  it.each([
    [english, '(12.00)'],
    [english, '1,23'],
    [english, '1,2345'],
    [english, '12,34,567'],
    [english, ',123'],
    [english, '1.234,5'],
    [english, '--5'],
    [english, '-$-5'],
    [english, '$'],
    [english, '0,123'],
    [english, '007'],
    [english, '+5'],
    [german, '1.5'],
    [german, '1,234.5'],
    [french, '€ 5'],
    [french, '1  234'],
    [{ ...german, thousands: null }, '1.234'],
    [{ ...english, thousands: null }, '1,234'],
  ] as const)('in %j is not %s', (numbers, text) => {
    expect(read(text, numbers)).toEqual(['text', text])
  })

  it('does not affect dates and words', () => {
    expect(read('31.12.2026', german)).toEqual(['date', '2026-12-31'])
    expect(read('yes', german)).toEqual(['boolean', 'true'])
  })

  it('cannot have the same decimal and thousands separator', () => {
    expect(() => createNumberReader({ ...english, decimal: ',' })).toThrow(
      expect.objectContaining({ code: 'invalid_dialect' }),
    )
  })
})
