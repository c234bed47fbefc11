import { describe, expect, it } from 'vitest'
import { countQueues } from '../../src/features/system/queues.ts'
import { useCast } from '../setup/cast.ts'
import { failJobs } from '../setup/fail-jobs.ts'

const cast = useCast()

const read = (token = cast.admin.token) => cast.service.call('getQueues', { token })

/** The counts of a queue. */
const stateOf = (body: { queues: { name: string }[] }, name: string) =>
  body.queues.find((queue) => queue.name === name)

const waitingFor = (body: { outbox: { job: string; waiting: number }[] }, name: string) =>
  body.outbox.find(({ job }) => job === name)?.waiting

describe('getQueues', () => {
  it('counts the jobs of each queue', async () => {
    const { queue, webhookQueue } = cast.service.services
    await failJobs(cast.service.database.url, { recomputeStatistics: { user_ids: [1] } })
    const payload = { user_ids: [1] }
    await queue.add([{ consumer: 'recomputeStatistics', payload }])
    await queue.add([{ consumer: 'computeCreditScores', payload, yields: true }])
    await webhookQueue.add([
      {
        consumer: 'deliverWebhooks',
        payload: { user_id: 1, endpoint_id: 1, lease: '00000000-0000-4000-8000-000000000000' },
      },
    ])
    const { status, body } = await read()
    expect(status).toBe(200)
    const none = { status: 'ok', waiting: 0, active: 0, delayed: 0, failed: 0 }
    expect(stateOf(body, 'events')).toEqual({ ...none, name: 'events', waiting: 2, failed: 1 })
    expect(stateOf(body, 'webhooks')).toEqual({ ...none, name: 'webhooks', waiting: 1 })
  })

  it('tells what is not done with, and how old the oldest change is', async () => {
    const { service, staff } = cast
    const { id } = await service.createCustomer(staff.token)
    const before = (await read()).body
    expect(before.oldest_change_seconds).toBe(0)
    await service.createTransaction(staff.token, { user_id: id })
    await service.database.query(
      `UPDATE outbox SET created_at = created_at - interval '90 seconds' WHERE user_id = $1`,
      [id],
    )
    const { body } = await read()
    const job = 'recomputeStatistics'
    expect(waitingFor(body, job)).toBe((waitingFor(before, job) ?? 0) + 1)
    expect(body.oldest_change_seconds).toBeGreaterThanOrEqual(90)
    expect(body.oldest_change_seconds).toBeLessThan(150)
  })

  it('says which queue does not answer, with the counts of the other', async () => {
    const webhookQueue = { counts: () => Promise.reject(new Error('away')) }
    const { queues } = await countQueues({ ...cast.service.services, webhookQueue })
    expect(queues.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'events ok',
      'webhooks unavailable',
    ])
    expect(queues[1]).toEqual({ name: 'webhooks', status: 'unavailable' })
  })

  it('refuses an unknown parameter', async () => {
    const { status, body } = await cast.service.call('getQueues', {
      token: cast.admin.token,
      query: { queue: 'events' },
    })
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ in: 'query', path: 'queue', code: 'unknown_parameter' }])
  })

  it('is for admins', async () => {
    expect((await read(cast.staff.token)).status).toBe(403)
    expect((await read(cast.user.token)).status).toBe(403)
    expect((await cast.service.call('getQueues')).status).toBe(401)
  })
})
