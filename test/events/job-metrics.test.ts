import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { events } from '../../src/events/catalogue.ts'
import { gaugeJobs } from '../../src/events/job-metrics.ts'
import { openQueue, type QueueName } from '../../src/events/queue.ts'
import { createMetrics } from '../../src/lib/metrics.ts'
import { insertDays, insertUser } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'

/** It consumes nothing, so the queues that the tests open are the only ones that do. */
let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

/** The metrics as `/metrics` shows them. */
async function shown(): Promise<ReadonlyMap<string, number>> {
  const { body } = await service.call('getMetrics')
  const lines = (body as string).split('\n').filter((line) => !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ')
      return [line.slice(0, end), Number(line.slice(end + 1))]
    }),
  )
}

const jobs = (queue: QueueName, state: string) => `passbook_jobs{queue="${queue}",state="${state}"}`

const PAYLOADS = {
  recomputeStatistics: { user_ids: [1] },
  computeCreditScores: { user_ids: [1] },
  deliverWebhooks: { user_id: 1, endpoint_id: 2, lease: '00000000-0000-4000-8000-000000000000' },
} as const

describe.each([
  ['events', 'recomputeStatistics'],
  ['events', 'computeCreditScores'],
  ['webhooks', 'deliverWebhooks'],
] as const)('the metrics of the queue %s', (name, consumer) => {
  it(`show what waits, is under way and failed of ${consumer}`, async () => {
    const before = await shown()
    let fail: (error: Error) => void = () => undefined
    const held = vi.fn(
      () =>
        new Promise<void>((_, reject) => {
          fail = reject
        }),
    )
    const { metrics, log } = service.services
    const queue = openQueue({
      name,
      databaseUrl: service.database.url,
      metrics,
      log,
      retryDelayMs: 1,
    })
    const job = { consumer, payload: PAYLOADS[consumer], yields: true }
    await queue.add([job, job] as never)
    expect((await shown()).get(jobs(name, 'waiting'))).toBe(2)
    queue.consume({ ...consumersOf(service.services), [consumer]: held }, 1, () => undefined)
    await vi.waitFor(() => expect(held).toHaveBeenCalledTimes(1), { timeout: 10_000 })
    const during = await shown()
    expect(during.get(jobs(name, 'active'))).toBe(1)
    expect(during.get(jobs(name, 'waiting'))).toBe(1)
    expect(during.get(`passbook_jobs_under_way{job="${consumer}"}`)).toBe(1)
    held.mockImplementation(() => Promise.reject(new Error('no')))
    fail(new Error('no'))
    const total = `passbook_job_failures_total{job="${consumer}"}`
    await vi.waitFor(async () => expect((await shown()).get(total)).toBe(2), { timeout: 10_000 })
    const after = await shown()
    expect(after.get(jobs(name, 'failed'))).toBe((before.get(jobs(name, 'failed')) ?? 0) + 2)
    expect(after.get(`passbook_jobs_under_way{job="${consumer}"}`)).toBe(0)
    const timed = `passbook_job_duration_seconds_count{job="${consumer}",outcome="failed"}`
    expect(after.get(timed)).toBe(12)
    await queue.close()
  })
})

it('shows a failure count of each consumer before anything fails', async () => {
  const metrics = createMetrics()
  const { log } = service.services
  const queue = openQueue({ databaseUrl: service.database.url, metrics, log })
  queue.consume(consumersOf(service.services), 1, () => undefined)
  const { values } = await metrics.jobFailures.get()
  const consumers = new Set(Object.values(events).map(({ consumer }) => consumer))
  expect(new Set(values.map(({ labels }) => labels.job))).toEqual(consumers)
  for (const { value } of values) expect(value).toBe(0)
  await queue.close()
})

it('shows the work that waits in the outbox by consumer, also where there is none', async () => {
  const waiting = (job: string) => `passbook_outbox_waiting_rows{job="${job}"}`
  const before = await shown()
  expect(before.get(waiting('computeCreditScores'))).toBe(0)
  expect(before.get(waiting('sendMails'))).toBe(0)
  for (let user = 0; user < 3; user += 1) {
    await insertDays(service.database, await insertUser(service.database), 1)
  }
  const after = await shown()
  const figures = waiting('recomputeStatistics')
  expect((after.get(figures) ?? 0) - (before.get(figures) ?? 0)).toBe(3)
})

it('leaves out a queue that does not answer', async () => {
  const metrics = createMetrics()
  const away = { counts: () => Promise.reject(new Error('away')) }
  gaugeJobs({ events: away, webhooks: service.services.queue }, metrics)
  const text = await metrics.registry.getSingleMetricAsString('passbook_jobs')
  expect(text).toContain('queue="webhooks",state="failed"')
  expect(text).not.toContain('queue="events"')
})
