import { describe, expect, it } from 'vitest'
import { computeExpected } from '../../../src/programs/demo/expected.ts'
import type { TransactionInput } from '../../../src/programs/demo/input.ts'

const figuresOf = (currency: string, transactions: readonly Partial<TransactionInput['body']>[]) =>
  computeExpected(
    transactions.map((fields) => ({
      transaction_date: '2026-01-31',
      transaction_type: 'credit',
      transaction_amount: '1.00',
      currency,
      ...fields,
    })),
    currency,
  )

describe('expected figures', () => {
  it('sum credits and debits exactly, and by day', () => {
    const figures = figuresOf('USD', [
      { transaction_amount: '0.10' },
      { transaction_amount: '0.2', transaction_date: '2026-01-30' },
      { transaction_amount: '9007199254740.99', transaction_type: 'debit' },
    ])
    expect(figures).toEqual({
      transaction_count: 3,
      average_transaction_value: '3002399751580.43',
      busiest_day: { date: '2026-01-31', transaction_count: 2 },
      total_credit: '0.30',
      total_debit: '9007199254740.99',
      net_total: '-9007199254740.69',
      '2026-01-30': { transaction_count: 1, total_credit: '0.20', total_debit: '0.00' },
      '2026-01-31': {
        transaction_count: 2,
        total_credit: '0.10',
        total_debit: '9007199254740.99',
      },
    })
  })

  it('average half to even', () => {
    const average = (...amounts: readonly string[]) => {
      const transactions = amounts.map((amount) => ({ transaction_amount: amount }))
      return figuresOf('USD', transactions)['average_transaction_value']
    }
    expect(average('0.01', '0.02')).toBe('0.02')
    expect(average('0.02', '0.03')).toBe('0.02')
    expect(average('0.01', '0.01', '0.03')).toBe('0.02')
  })

  it('give a tie for the busiest day to the latest', () => {
    const days = ['2026-01-02', '2026-01-03', '2026-01-01', '2026-01-02', '2026-01-01']
    const transactions = days.map((day) => ({ transaction_date: day, transaction_amount: '5' }))
    expect(figuresOf('JPY', transactions)['busiest_day']).toEqual({
      date: '2026-01-02',
      transaction_count: 2,
    })
  })

  it.each([
    ['2026-01-31', '2026-01-31'],
    ['2024-02-29', '2024-02-29'],
    ['2026-01-31T23:59:59.999Z', '2026-01-31'],
    ['2026-01-31T00:00:00+05:30', '2026-01-30'],
    ['2026-01-31T20:00:00-08:00', '2026-02-01'],
  ])('have what is of %s on the UTC day %s', (date, day) => {
    expect(figuresOf('USD', [{ transaction_date: date }])['busiest_day']).toMatchObject({
      date: day,
    })
  })

  it('of nothing are zero', () => {
    expect(figuresOf('JPY', [])).toEqual({
      transaction_count: 0,
      average_transaction_value: null,
      busiest_day: null,
      total_credit: '0',
      total_debit: '0',
      net_total: '0',
    })
  })
})
