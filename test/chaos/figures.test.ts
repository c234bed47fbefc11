import { describe, expect, it } from 'vitest'
import { contradiction, expectFigures, fromMinor, toMinor } from './model/figures.ts'
import { Model } from './model/model.ts'

const BASE = { count: 2, credit: 1_000n, debit: 50n }

const change = (marker: string, amount: string, type = 'credit', currency = 'USD') => ({
  kind: 'transaction' as const,
  marker,
  userId: 7,
  to: { amount, type, currency },
})
const shown = (transaction_count: number, total_credit: string, total_debit: string) => ({
  transaction_count,
  total_credit,
  total_debit,
})

describe('the figures that are expected', () => {
  it('are those of before and what was acknowledged since, in their currency', () => {
    const model = new Model()
    model.start('create', [change('a', '12.34'), change('b', '0.66', 'debit')]).acknowledge()
    model.start('create', [change('c', '9', 'credit', 'JPY')]).acknowledge()
    model.start('create', [change('d', '7.00')]).refuse()
    const expected = expectFigures(model, BASE, 7, 'USD')
    expect(contradiction(expected, shown(4, '22.34', '1.16'), 'USD')).toBeUndefined()
    expect(contradiction(expected, shown(4, '22.35', '1.16'), 'USD')).toContain('22.35')
    expect(contradiction(expected, shown(4, '22.34', '1.15'), 'USD')).toContain('1.15')
    expect(contradiction(expected, shown(3, '22.34', '1.16'), 'USD')).toContain('3 transactions')
    expect(contradiction(expected, shown(5, '22.34', '1.16'), 'USD')).toContain('5 transactions')
  })

  it('leave room for what nobody knows, and no more', () => {
    const model = new Model()
    model.start('create', [change('a', '1.00')]).leaveOpen()
    const expected = expectFigures(model, BASE, 7, 'USD')
    expect(contradiction(expected, shown(2, '10.00', '0.50'), 'USD')).toBeUndefined()
    expect(contradiction(expected, shown(3, '11.00', '0.50'), 'USD')).toBeUndefined()
    expect(contradiction(expected, shown(4, '12.00', '0.50'), 'USD')).toContain('2 to 3')
  })

  it('are written as the API writes amounts', () => {
    expect(['0.05', '1234.50'].map((text) => fromMinor(toMinor(text), 'USD'))).toEqual([
      '0.05',
      '1234.50',
    ])
    expect(fromMinor(1250n, 'JPY')).toBe('1250')
  })
})
