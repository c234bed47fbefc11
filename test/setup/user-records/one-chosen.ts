import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { UserRecords } from './records.ts'

/** The actions on the records of one user. */
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

/** Sequential steps; the actions of one step run concurrently. */
const steps = fc.array(fc.array(action, { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 6,
})

type Values<T> = T extends fc.Arbitrary<infer V> ? V : never
type Action = Values<typeof action>

/** Tests that at most one of a user's records is chosen, and which one, under any concurrency. */
export function testOneChosen(records: UserRecords): void {
  const { of, cast, all } = records

  const token = () => cast.staff.token
  const customer = () => cast.service.createCustomer(token())
  const create = (id: number, chosen: boolean) =>
    records.create(id, { ...of.required(), [of.flag]: chosen }, token())
  const update = (id: number, record: number, chosen: boolean, headers = {}) =>
    records.update(record, { [of.flag]: chosen }, token(), headers, id)
  const chosen = async (id: number) => (await all(id)).filter((record) => record[of.flag])

  /**
   * Performs an action on one of the known records.
   *
   * @returns the status
   */
  async function act(id: number, known: readonly number[], action: Action): Promise<number> {
    if (action.kind === 'create') return (await create(id, action.chosen)).status
    const record = known[action.pick % Math.max(known.length, 1)] ?? 999_999_999
    if (action.kind === 'delete') return (await records.remove(record, token(), {}, id)).status
    const headers = action.ifMatch ? { 'if-match': '*' } : {}
    return (await update(id, record, action.chosen, headers)).status
  }

  it('is one of twenty that are chosen concurrently', async () => {
    const { id } = await customer()
    const made = await Promise.all(Array.from({ length: 20 }, () => create(id, true)))
    expect(made.map(({ status }) => status)).toEqual(Array(20).fill(201))
    expect(await chosen(id)).toHaveLength(1)
    const changed = await Promise.all(made.map(({ body }) => update(id, body.id, true)))
    expect(changed.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(await chosen(id)).toHaveLength(1)
  })

  it('is one of many that are chosen with If-Match, if none was chosen before', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await customer()
      const made = await Promise.all(Array.from({ length: 5 }, () => create(id, false)))
      const changed = await Promise.all(
        made.map(({ body }) => update(id, body.id, true, { 'if-match': '*' })),
      )
      expect(changed.map(({ status }) => status)).toEqual(Array(5).fill(200))
      expect(await chosen(id)).toHaveLength(1)
    }
  })

  it('is the one that was chosen last, or none after that was undone', async () => {
    const property = fc.asyncProperty(steps, async (steps) => {
      const { id } = await customer()
      for (const step of steps) {
        const before = await all(id)
        const known = before.map((record) => record.id)
        const statuses = await Promise.all(step.map((action) => act(id, known, action)))
        for (const status of statuses) expect([200, 201, 204, 404]).toContain(status)
        const after = await chosen(id)
        expect(after.length).toBeLessThanOrEqual(1)
        if (step.length > 1) continue
        const [action] = step as [Action]
        const was = before.find((record) => record[of.flag])?.id
        const target = 'pick' in action ? known[action.pick % Math.max(known.length, 1)] : NaN
        if (action.kind === 'create' && action.chosen) {
          expect(known).not.toContain(after[0]?.id)
          expect(after).toHaveLength(1)
        } else if (action.kind === 'update' && action.chosen && target !== undefined) {
          expect(after[0]?.id).toBe(target)
        } else {
          expect(after[0]?.id).toBe(was === target && action.kind !== 'create' ? undefined : was)
        }
      }
    })
    await fc.assert(property, { numRuns: 40 })
  }, 120_000)
}
