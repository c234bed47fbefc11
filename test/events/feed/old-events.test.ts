import { afterAll, beforeAll, expect, it } from 'vitest'
import { consumersOf } from '../../../src/consumers.ts'
import { startTestService, type TestService } from '../../setup/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService({ env: { EVENT_RETENTION_DAYS: '7' } })
})
afterAll(() => service.close())

it('deletes events that are older than configured, however many, and no others', async () => {
  const { database, services } = service
  const insert = (count: number, age: string) =>
    database.query(
      `INSERT INTO events (user_id, type, data, created_at)
       SELECT n, 'user.updated', '{}', now() - interval '${age}' FROM generate_series(1, ${count}) AS n`,
    )
  await insert(12_000, '7 days 1 minute')
  await insert(3, '6 days 23 hours')
  await consumersOf(services).sweepEvents({})
  const left = await database.query<{ count: number }>('SELECT count(*)::int FROM events')
  expect(left).toEqual([{ count: 3 }])
})
