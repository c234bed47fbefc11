import { describe, expect, it } from 'vitest'
import { createSample } from '../../../src/programs/demo/sample.ts'

describe('the sample', () => {
  const sample = createSample('a')

  it('is the same at every run but for the email addresses', () => {
    expect(createSample('a')).toEqual(sample)
    expect(JSON.stringify(createSample('b')).replaceAll('.b@', '.a@')).toBe(JSON.stringify(sample))
  })

  it('has 200 users and 5,000 transactions over two years in several currencies', () => {
    expect(sample.users).toHaveLength(200)
    expect(sample.transactions).toHaveLength(5_000)
    const years = new Set(sample.transactions.map(({ body }) => body.transaction_date.slice(0, 4)))
    const currencies = new Set(sample.transactions.map(({ body }) => body.currency))
    expect([...years].sort()).toEqual(['2024', '2025'])
    expect([...currencies].sort()).toEqual(['EUR', 'JPY', 'KWD', 'USD'])
  })

  it('has busy users, and few without a transaction', () => {
    const counts = new Map(sample.users.map(({ body }) => [body.email, 0]))
    for (const { email } of sample.transactions) counts.set(email, (counts.get(email) ?? 0) + 1)
    const sorted = [...counts.values()].sort((a, b) => b - a)
    expect(sorted).toHaveLength(200)
    expect(sorted[0]).toBeGreaterThan(40)
    expect(sorted[150]).toBeGreaterThan(0)
  })
})
