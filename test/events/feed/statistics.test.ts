import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertDays, insertUser } from '../../setup/rows.ts'
import { startTestService, type TestService } from '../../setup/service.ts'
import { forget, pendingOf } from './pending.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

/** Recomputes users, and counts the events that tell of each. */
async function recompute(...users: readonly number[]): Promise<readonly number[]> {
  const { database, services } = service
  await forget(database)
  await services.analytics.recompute(users)
  return await Promise.all(
    users.map(async (user) => {
      const events = await pendingOf(database, user)
      for (const event of events) {
        expect(event).toMatchObject({ type: 'statistics.updated', data: { user_id: user } })
      }
      return events.length
    }),
  )
}

const change = (user: number, set: string, where = 'true') =>
  service.database.query(`UPDATE transactions SET ${set} WHERE user_id = ${user} AND ${where}`)

it('tells once of each user whose figures changed, and of nobody else', async () => {
  const { database } = service
  const [fresh, known, same, none] = [
    await insertUser(database),
    await insertUser(database),
    await insertUser(database),
    await insertUser(database),
  ]
  for (const user of [known, same]) await insertDays(database, user, 40)
  expect(await recompute(known, same)).toEqual([1, 1])
  await insertDays(database, fresh, 3)
  await change(known, 'transaction_amount = 2')
  await change(same, `description = 'The figures stay'`)
  expect(await recompute(fresh, known, same, none)).toEqual([1, 1, 0, 0])
  expect(await recompute(fresh, known, same, none)).toEqual([0, 0, 0, 0])
})

it('tells of a transaction that moved to another day, though the totals stay', async () => {
  const user = await insertUser(service.database)
  await insertDays(service.database, user, 3)
  await recompute(user)
  await change(user, `transaction_date = '2020-01-09'`, `transaction_date < '2020-01-02'`)
  expect(await recompute(user)).toEqual([1])
})

it('tells of the last transaction that went, and of a currency that changed', async () => {
  const user = await insertUser(service.database)
  await insertDays(service.database, user, 1)
  await recompute(user)
  await change(user, `currency = 'EUR'`)
  expect(await recompute(user)).toEqual([1])
  await service.database.query('DELETE FROM transactions WHERE user_id = $1', [user])
  expect(await recompute(user)).toEqual([1])
})

it('tells of several recomputations of one database transaction', async () => {
  const { database } = service
  const [first, second] = [await insertUser(database), await insertUser(database)]
  await insertDays(database, first, 2)
  await insertDays(database, second, 2)
  await recompute(first)
  await change(first, 'transaction_amount = 2')
  await forget(database)
  await service.services.database.$transaction(async (tx) => {
    for (const user of [first, second]) {
      await tx.$queryRaw`SELECT count(*)::int FROM recompute_statistics(${user}::bigint)`
    }
  })
  for (const user of [first, second]) expect(await pendingOf(database, user)).toHaveLength(1)
})
