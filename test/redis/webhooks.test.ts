import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { becomeCurrent } from '../setup/figures.ts'
import { createCustomers } from '../setup/http/http-client.ts'
import { createLoad, postAll, seededRandom } from '../setup/load.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'
import type { TestProcess } from '../setup/servers/processes.ts'
import { type Answering, startReceiver, verify } from '../webhooks/receiver.ts'

const random = seededRandom(1)
/** More than the turns that one endpoint has. */
const USERS = 8
/** What a receiver has, in milliseconds. */
const RECEIVER_MS = 10_000

let fleet: Fleet
let worker: TestProcess
let userIds: number[]
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  fleet = await startFleet({ WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_RETRY_SECONDS: '0,1' })
  worker = await startWorker()
  userIds = await createCustomers(fleet.admin, USERS)
}, 90_000)
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(() => fleet.close())

async function startWorker(): Promise<TestProcess> {
  const [started] = await fleet.startWorkers(1)
  if (started === undefined) throw new Error('no worker started')
  return started
}

/** Makes an endpoint that wants created transactions. */
async function hook(answer?: Answering) {
  const { admin } = fleet
  const receiver = await startReceiver(answer)
  const body = { url: receiver.url, event_types: ['transaction.created'] }
  const { body: endpoint } = await admin.request('POST', '/v1/webhook-endpoints', body)
  closers.push(
    () => admin.request('DELETE', `/v1/webhook-endpoints/${endpoint.id}`),
    receiver.close,
  )
  return { receiver, endpoint }
}

/** Books a transaction of each of these users. */
const book = (prefix: string, users: readonly number[]) => {
  const load = users.flatMap((id) => createLoad(random, [id], `${prefix}${id}`, 1))
  return postAll(fleet.admin, load, USERS)
}

/** Waits until all deliveries of an endpoint have a status. */
const settled = (endpoint: { readonly id: number }, status: string, count: number) =>
  vi.waitFor(
    async () => {
      const path = `/v1/webhook-endpoints/${endpoint.id}/deliveries?per_page=100`
      const { body } = await fleet.admin.request('GET', path)
      const statuses = body.map((delivery: { status: string }) => delivery.status)
      expect(statuses).toEqual(Array(count).fill(status))
      return body
    },
    { timeout: 20_000, interval: 50 },
  )

const takes: Answering = (_, __, response) => response.writeHead(204).end()

describe('webhooks over Redis', () => {
  it('go over a queue of their own there, and are tried again', async () => {
    const { receiver, endpoint } = await hook((_, index, response) =>
      response.writeHead(index < 2 ? 500 : 204).end(),
    )
    await book('retried', userIds.slice(0, 1))
    const [delivery] = await settled(endpoint, 'delivered', 1)
    expect(delivery.attempt_count).toBe(3)
    for (const got of receiver.received) verify(endpoint.secret, got)

    const redis = new Redis(fleet.redis.url)
    closers.push(() => redis.quit())
    // BullMQ counts its jobs here: one for the first two attempts, one for what waited a second.
    expect(Number(await redis.get('bull:webhooks:id'))).toBeGreaterThanOrEqual(2)
  })

  it('wait while Redis is away, and go on when it comes back empty', async () => {
    const { receiver, endpoint } = await hook()
    await fleet.redis.kill()
    await book('away', userIds)
    await fleet.redis.start()
    await receiver.got(USERS)
    await settled(endpoint, 'delivered', USERS)
    expect(receiver.received).toHaveLength(USERS)
  })

  it('are sent again when Redis and worker are lost in the middle of one', async () => {
    const { receiver, endpoint } = await hook(() => undefined)
    await book('lost', userIds.slice(0, 1))
    await receiver.got(1)
    await worker.end('SIGKILL')
    await fleet.redis.kill()
    await fleet.redis.start()
    receiver.answers(takes)
    worker = await startWorker()
    // Nobody knows of the job any more. The lane is still leased, and then its lease runs out.
    const leased = await fleet.database.query(
      'SELECT FROM webhook_lanes WHERE endpoint_id = $1 AND leased_until > now()',
      [endpoint.id],
    )
    expect(leased).toHaveLength(1)
    await fleet.database.query(
      `UPDATE webhook_lanes SET leased_until = now() - interval '1 second' WHERE endpoint_id = $1`,
      [endpoint.id],
    )
    await settled(endpoint, 'delivered', 1)
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(2).fill(receiver.received[0]?.headers['webhook-id']),
    )
  }, 60_000)

  it('to one that never answers hold up neither another endpoint nor figures', async () => {
    let held = 0
    await hook(() => {
      held += 1
    })
    const quick = await hook()
    await book('first', userIds)
    await vi.waitFor(() => expect(held).toBeGreaterThan(0), { timeout: 20_000, interval: 10 })
    const since = performance.now()
    await quick.receiver.got(USERS)

    const before = performance.now()
    await book('second', userIds)
    await quick.receiver.got(2 * USERS)
    const deliveredMs = performance.now() - before
    const currentMs = await becomeCurrent(fleet.admin, userIds)
    console.log(
      `beside a silent receiver: delivered after ${Math.round(deliveredMs)} ms, figures current ${currentMs} ms later`,
    )
    // No turn of the silent one is over, and it has no more of them than its own.
    expect(performance.now() - since).toBeLessThan(RECEIVER_MS)
    expect(held).toBe(4)
  }, 60_000)
})
