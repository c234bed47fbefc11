import { describe, expect, it } from 'vitest'
import { createCustomers } from '../../../src/programs/demo/customers.ts'
import { groupBy } from '../../../src/programs/demo/lists.ts'

describe('the customers that are to be looked at', () => {
  const { users, transactions } = createCustomers('a', new Date('2026-03-10T15:00:00Z'))
  const byUser = groupBy(transactions, ({ email }) => email)

  it('are the same at every run of a day but for the email addresses', () => {
    const again = createCustomers('b', new Date('2026-03-10T01:00:00Z'))
    const text = JSON.stringify(again).replaceAll('.b@', '.a@')
    expect(text).toBe(JSON.stringify({ users, transactions }))
  })

  it('have addresses of their own, and two years until yesterday each', () => {
    expect(new Set(users.map(({ body }) => body.email)).size).toBe(users.length)
    for (const { body } of users) {
      const dates =
        byUser.get(body.email)?.map((one) => one.body.transaction_date.slice(0, 10)) ?? []
      const sorted = dates.sort()
      expect(sorted[0]?.slice(0, 7)).toBe('2024-03')
      expect(sorted.at(-1)?.slice(0, 7)).toBe('2026-03')
      expect((sorted.at(-1) ?? '') < '2026-03-10').toBe(true)
    }
  })

  it('earn each month, and some of them raise alerts', () => {
    for (const own of byUser.values()) {
      expect(own.filter(({ body }) => body.description === 'Salary')).toHaveLength(24)
    }
    expect(
      transactions.filter(({ body }) => Number(body.transaction_amount) > 10_000),
    ).toHaveLength(5)
    const rush = transactions.filter(
      ({ email, body }) =>
        email === users[0]?.body.email && body.transaction_date.startsWith('2026-03-09'),
    )
    expect(rush.length).toBeGreaterThanOrEqual(25)
  })
})
