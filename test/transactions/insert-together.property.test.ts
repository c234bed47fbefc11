import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { propertyRuns } from '../setup/property-runs.ts'
import type { TestResponse } from '../setup/service.ts'

const cast = useCast()

/** One request to create a transaction. */
interface Wish {
  readonly by: 'user' | 'other' | 'staff' | 'admin'
  readonly whose: 'user' | 'other' | 'staff' | 'admin' | 'nobody'
  readonly reference: string | undefined
  readonly amount: string
  readonly currency: string
  readonly isKeyed: boolean
}

const NOBODY = 999_999_999
const people = ['user', 'other', 'staff', 'admin'] as const

const wish: fc.Arbitrary<Wish> = fc.record({
  by: fc.constantFrom(...people, 'staff', 'staff', 'admin', 'admin'),
  whose: fc.constantFrom(...people, 'user', 'user', 'other', 'other', 'nobody'),
  reference: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }),
  amount: fc.constantFrom('1.00', '2.50', '3', '4', '5.10', '6', '7', '0.001', '-1.00'),
  currency: fc.constantFrom('USD', 'EUR', 'INR', 'USD', 'EUR', 'INR', 'XXY', 'DEM'),
  isKeyed: fc.constantFrom(false, false, true),
})

function send(world: string, { by, whose, reference, amount, currency, isKeyed }: Wish) {
  return cast.service.call('createTransaction', {
    token: cast[by].token,
    headers: { ...(isKeyed && { 'idempotency-key': randomUUID() }) },
    body: {
      user_id: whose === 'nobody' ? NOBODY : cast[whose].id,
      transaction_date: '2026-03-01',
      transaction_amount: amount,
      transaction_type: 'debit',
      currency,
      ...(reference && { reference: `${world} ${reference}` }),
    },
  })
}

/** An answer without what is another one each time. */
function lasting({ status, body, headers }: TestResponse) {
  const {
    id: _id,
    created_at: _created,
    updated_at: _updated,
    request_id: _request,
    ...rest
  } = body
  const { reference, ...others } = rest
  return {
    status,
    type: headers['content-type'],
    isReplayed: headers['idempotency-replayed'],
    ...others,
    reference: reference?.split(' ').at(-1),
  }
}

/** Expects that what was answered is what was stored. */
async function expectStored({ status, body }: TestResponse): Promise<void> {
  if (status !== 201) return
  const read = { params: { id: body.id }, token: cast.admin.token }
  expect((await cast.service.call('getTransaction', read)).body).toEqual(body)
}

/** Those that ask for one reference of one user: which of them gets it is open where they come at once. */
const rivals = (wishes: readonly Wish[], { whose, reference }: Wish) =>
  reference === undefined
    ? []
    : wishes.filter((one) => one.whose === whose && one.reference === reference)

const codeOf = ({ status, body }: TestResponse) => `${status} ${body.code ?? ''}`

describe('creating transactions at once', () => {
  it('answers each request as one after the other would be answered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(wish, { minLength: 2, maxLength: 10 }), { minLength: 1, maxLength: 3 }),
        async (batches) => {
          const [together, apart] = [randomUUID(), randomUUID()]
          for (const wishes of batches) {
            const atOnce = await Promise.all(wishes.map((one) => send(together, one)))
            await Promise.all(atOnce.map(expectStored))
            const inTurn: TestResponse[] = []
            for (const one of wishes) inTurn.push(await send(apart, one))
            wishes.forEach((one, index) => {
              const group = rivals(wishes, one).map((rival) => wishes.indexOf(rival))
              const [first, second] = [atOnce[index], inTurn[index]] as [TestResponse, TestResponse]
              const codes = (answers: readonly TestResponse[]) =>
                group.map((place) => codeOf(answers[place] as TestResponse)).toSorted()
              expect(codes(atOnce)).toEqual(codes(inTurn))
              if (group.length < 2 || first.status === second.status) {
                // Which rival won is open; what the winner then gets is its own.
                expect(lasting(first)).toEqual(lasting(second))
              }
            })
          }
          const stored = await cast.service.database.query<{ world: string; rows: number }>(
            `SELECT split_part(reference, ' ', 1) AS world, count(*)::int AS rows FROM transactions
           WHERE reference LIKE $1 OR reference LIKE $2 GROUP BY 1`,
            [`${together} %`, `${apart} %`],
          )
          expect(new Set(stored.map(({ rows }) => rows)).size).toBeLessThanOrEqual(1)
          expect([0, 2]).toContain(stored.length)
        },
      ),
      { numRuns: propertyRuns(60) },
    )
  })
})
