import fc from 'fast-check'

export const CURRENCIES = ['USD', 'JPY', 'KWD'] as const

/** The edges of days, and of the calendar. */
const TIMES = [
  '2026-02-28T23:59:59.999Z',
  '2026-03-01T00:00:00.000Z',
  '2026-03-01',
  '2026-03-02T00:30:00+01:00',
  '2026-03-02T12:00:00Z',
  '0001-01-01',
  '9999-12-31T23:59:59.999Z',
]

const fields = {
  transaction_date: fc.constantFrom(...TIMES),
  transaction_amount: fc.integer({ min: 1, max: 500 }),
  transaction_type: fc.constantFrom('credit', 'debit'),
  currency: fc.constantFrom(...CURRENCIES),
}
const who = fc.nat({ max: 1 })
const pick = fc.nat({ max: 20 })
const change = fc
  .record(fields, { requiredKeys: [] })
  .filter((changes) => Object.keys(changes).length > 0)
const item = fc.record({
  ...fields,
  who,
  reference: fc.constantFrom('a', 'b', undefined, undefined),
  bad: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
})

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('create' as const), item }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('update' as const), who, pick, change }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), who, pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('bulk' as const),
      mode: fc.constantFrom('atomic', 'partial'),
      items: fc.array(item, { minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('shift' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteUser' as const), who }) },
)
/** The commands of one step run at the same time. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.array(command, { minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constant('stop the worker' as const) },
  { weight: 1, arbitrary: fc.constant('start the worker' as const) },
)

/** What happens to the transactions of two users, step by step. */
export const steps = fc.array(step, { minLength: 3, maxLength: 14 })

type Values<T> = T extends fc.Arbitrary<infer V> ? V : never
export type Item = Values<typeof item>
export type Command = Values<typeof command>
export type Step = Values<typeof step>
