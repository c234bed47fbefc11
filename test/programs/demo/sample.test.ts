import { describe, expect, it } from 'vitest'
import { computeExpected } from '../../../src/programs/demo/check/expected.ts'
import { createSample } from '../../../src/programs/demo/input/sample.ts'

describe('the sample', () => {
  const sample = createSample('a')

  it('is the same at every run but for the email addresses', () => {
    expect(createSample('a')).toEqual(sample)
    expect(JSON.stringify(createSample('b')).replaceAll('.b@', '.a@')).toBe(JSON.stringify(sample))
  })

  it('has 200 users and 5,000 transactions over two years in several currencies', () => {
    expect(sample.users).toHaveLength(200)
    expect(sample.transactions).toHaveLength(5_000)
    const years = new Set(sample.transactions.map(({ date }) => date.slice(0, 4)))
    const currencies = new Set(sample.transactions.map(({ currency }) => currency))
    expect([...years].sort()).toEqual(['2024', '2025'])
    expect([...currencies].sort()).toEqual(['EUR', 'INR', 'JPY', 'KWD', 'USD'])
  })

  it('has amounts and dates that can be counted with', () => {
    expect(computeExpected(sample.transactions).size).toBeGreaterThan(150)
  })
})
