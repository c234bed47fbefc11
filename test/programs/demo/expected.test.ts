import { describe, expect, it } from 'vitest'
import { computeExpected, nothing } from '../../../src/programs/demo/check/expected.ts'
import type { TransactionInput } from '../../../src/programs/demo/input/input.ts'

const transaction = (fields: Partial<TransactionInput>): TransactionInput => ({
  line: 2,
  userEmail: 'ann@example.com',
  reference: 'r1',
  date: '2026-01-31',
  type: 'credit',
  amount: '1.00',
  currency: 'USD',
  ...fields,
})

const figuresOf = (currency: string, transactions: readonly Partial<TransactionInput>[]) =>
  computeExpected(transactions.map((fields) => transaction({ currency, ...fields })))
    .get('ann@example.com')
    ?.get(currency)

describe('expected figures', () => {
  it('sum credits and debits exactly, and by day', () => {
    const figures = figuresOf('USD', [
      { amount: '0.10' },
      { amount: '0.2', date: '2026-01-30' },
      { amount: '9007199254740.99', type: 'debit' },
    ])
    expect(figures).toEqual({
      transaction_count: 3,
      average_transaction_value: '3002399751580.43',
      busiest_day: { date: '2026-01-31', transaction_count: 2 },
      total_credit: '0.30',
      total_debit: '9007199254740.99',
      net_total: '-9007199254740.69',
      days: [
        { date: '2026-01-30', transaction_count: 1, total_credit: '0.20', total_debit: '0.00' },
        {
          date: '2026-01-31',
          transaction_count: 2,
          total_credit: '0.10',
          total_debit: '9007199254740.99',
        },
      ],
    })
  })

  it('average half to even', () => {
    const average = (amounts: readonly string[]) =>
      figuresOf(
        'USD',
        amounts.map((amount) => ({ amount })),
      )?.average_transaction_value
    expect(average(['0.01', '0.02'])).toBe('0.02')
    expect(average(['0.02', '0.03'])).toBe('0.02')
    expect(average(['0.01', '0.01', '0.03'])).toBe('0.02')
  })

  it('give a tie for the busiest day to the latest', () => {
    const days = ['2026-01-02', '2026-01-03', '2026-01-01', '2026-01-02', '2026-01-01']
    expect(
      figuresOf(
        'JPY',
        days.map((date) => ({ date, amount: '5' })),
      )?.busiest_day,
    ).toEqual({ date: '2026-01-02', transaction_count: 2 })
  })

  it('keep users and currencies apart', () => {
    const expected = computeExpected([
      transaction({ currency: 'KWD', amount: '1.005' }),
      transaction({}),
      transaction({ userEmail: 'bob@example.com' }),
    ])
    expect([...expected].map(([email, currencies]) => [email, [...currencies.keys()]])).toEqual([
      ['ann@example.com', ['KWD', 'USD']],
      ['bob@example.com', ['USD']],
    ])
    expect(expected.get('ann@example.com')?.get('KWD')?.total_credit).toBe('1.005')
  })

  it('of nothing are zero', () => {
    expect(nothing('JPY')).toEqual({
      transaction_count: 0,
      average_transaction_value: null,
      busiest_day: null,
      total_credit: '0',
      total_debit: '0',
      net_total: '0',
      days: [],
    })
  })
})
