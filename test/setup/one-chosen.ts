import fc from 'fast-check'

/** What can happen to the records of one user of which at most one is chosen. */
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('create' as const), chosen: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      pick: fc.nat({ max: 9 }),
      chosen: fc.boolean(),
      ifMatch: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), pick: fc.nat({ max: 9 }) }),
  },
)

/** Steps one after the other; what is in one step happens at the same time. */
export const chosenSteps = fc.array(fc.array(action, { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 6,
})

type Values<T> = T extends fc.Arbitrary<infer V> ? V : never
export type ChosenAction = Values<typeof action>
