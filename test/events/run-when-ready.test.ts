import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { openQueue } from '../../src/events/queue.ts'
import { insertDays, insertUser } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

it('a worker whose queue does not answer at the start lets the process go on, and starts later', async () => {
  const { metrics, log, outbox } = service.services
  const warned = vi.spyOn(log, 'warn')
  const user = await insertUser(service.database)
  await insertDays(service.database, user, 1)
  await service.database.query('ALTER SCHEMA bullmq RENAME TO away')
  const queue = openQueue({ databaseUrl: service.database.url, metrics, log })
  queue.consume(consumersOf(service.services), 1, outbox.nudge)
  await vi.waitFor(() =>
    expect(warned).toHaveBeenCalledWith(
      expect.anything(),
      'the queue does not answer; the worker tries again',
    ),
  )
  await service.database.query('ALTER SCHEMA away RENAME TO bullmq')
  outbox.nudge()
  await service.settled()
  await queue.close()
})
