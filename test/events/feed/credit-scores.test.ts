import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { insertDays, insertUser } from '../../setup/rows.ts'
import { startTestService, type TestService } from '../../setup/service.ts'
import { forget, pendingOf } from './pending.ts'

let service: TestService
let user: number

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

beforeEach(async () => {
  user = await insertUser(service.database)
  await insertDays(service.database, user, 5)
  await service.services.analytics.recompute([user])
  await forget(service.database)
})

const score = () => service.services.creditScores.compute([user])
const changes = async () => {
  await score()
  return await pendingOf(service.database, user)
}
const changed = () => ({
  type: 'credit_score.changed',
  user_id: user,
  data: { user_id: user },
  request_id: null,
})

it('tells of a first score', async () => {
  expect(await changes()).toEqual([changed()])
})

it('tells of another score, and not of the same', async () => {
  await score()
  await service.database.query(
    `UPDATE transactions SET transaction_type = 'debit' WHERE user_id = ${user}`,
  )
  await service.services.analytics.recompute([user])
  await forget(service.database)
  expect(await changes()).toEqual([changed()])
  await forget(service.database)
  expect(await changes()).toEqual([])
})

it('tells nothing of a new formula that gives the same score', async () => {
  await score()
  await forget(service.database)
  await service.database.query(
    `UPDATE credit_scores SET formula_version = formula_version + 1 WHERE user_id = ${user}`,
  )
  expect(await pendingOf(service.database, user)).toEqual([])
})
