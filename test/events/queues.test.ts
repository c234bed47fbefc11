import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { type EventQueue, openQueue } from '../../src/events/queue.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let main: EventQueue
let webhooks: EventQueue

beforeAll(async () => {
  service = await startTestService()
  const { metrics, log } = service.services
  const options = { databaseUrl: service.database.url, metrics, log, retryDelayMs: 1 }
  main = openQueue(options)
  webhooks = openQueue({ ...options, name: 'webhooks' })
})
afterAll(async () => {
  await main.close()
  await webhooks.close()
  await service.close()
})

it('keeps the jobs of each queue apart, and names them so', async () => {
  const consumers = consumersOf(service.services)
  const failing = { ...consumers, deliverWebhooks: () => Promise.reject(new Error('no')) }
  const delivered = vi.fn()
  main.consume({ ...consumers, deliverWebhooks: delivered }, 1, () => undefined)
  webhooks.consume(failing, 1, () => undefined)
  const payload = { user_id: 1, endpoint_id: 2, lease: '00000000-0000-4000-8000-000000000000' }
  await webhooks.add([{ consumer: 'deliverWebhooks', payload }])
  const [job] = await vi.waitFor(
    async () => {
      const jobs = await webhooks.failed(10)
      expect(jobs).toHaveLength(1)
      return jobs
    },
    { timeout: 10_000 },
  )
  expect(job).toMatchObject({
    id: expect.stringMatching(/^webhooks-\d+$/),
    consumer: 'deliverWebhooks',
    data: payload,
  })
  expect(await main.failed(10)).toEqual([])
  const plainId = job?.id.replace('webhooks-', '')
  expect([await main.retry(plainId), await webhooks.retry(plainId)]).toEqual([0, 0])
  expect(await webhooks.retry(job?.id)).toBe(1)
  expect(delivered).not.toHaveBeenCalled()
})
