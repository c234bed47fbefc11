import { beforeEach, describe, expect, it } from 'vitest'
import type { LeasedLane } from '../../src/events/catalogue.ts'
import { startDispatcher } from '../../src/features/webhooks/dispatcher.ts'
import { claimLanes, endAttempt, nextDelivery } from '../../src/features/webhooks/lanes.ts'
import { useCast } from '../setup/cast.ts'
import { startWorker } from '../setup/worker.ts'
import { deliveriesOf, type Endpoint, settled } from './hooks.ts'
import { makeEndpoint } from './made.ts'
import { startReceiver } from './receiver.ts'

/** The service delivers nothing itself: what a test takes is what a worker had when it died. */
const cast = useCast({ env: { WEBHOOK_ALLOW_PRIVATE: 'true' } })

const database = () => cast.service.services.database
const query = (text: string, values: readonly unknown[] = []) =>
  cast.service.database.query(text, values)

beforeEach(async () => {
  await query('DELETE FROM webhook_endpoints')
  await query('DELETE FROM webhook_lanes')
  await query('DELETE FROM webhook_deliveries')
})

/** Appends an event of each of these users, in their order. */
async function append(...users: readonly number[]): Promise<void> {
  for (const id of users) {
    await query(
      `INSERT INTO events (user_id, type, data, created_at) VALUES ($1, 'user.updated', '{}', now())`,
      [id],
    )
  }
}

function claim(endpoints: readonly Endpoint[], most = 4): Promise<LeasedLane[]> {
  const ids = endpoints.map(({ id }) => BigInt(id))
  return claimLanes(database(), ids, most)
}

const delivered = {
  status: 'delivered',
  retryAt: null,
  startedAt: new Date(),
  durationMs: 1,
  error: 'dns',
} as const

describe('a lane', () => {
  it('is one job’s at a time, of each user and endpoint', async () => {
    const [one, other] = [await makeEndpoint(cast), await makeEndpoint(cast)]
    await append(cast.user.id, cast.user.id, cast.other.id)
    expect(await claim([one, other])).toHaveLength(4)
    expect(await claim([one, other])).toEqual([])
  })

  it('is claimed up to the turns that an endpoint has, by all processes together', async () => {
    const endpoint = await makeEndpoint(cast)
    await append(cast.user.id, cast.other.id, cast.staff.id, cast.admin.id)
    const both = await Promise.all([claim([endpoint], 3), claim([endpoint], 3)])
    expect(both.flat()).toHaveLength(3)
    expect(await claim([endpoint], 3)).toEqual([])
  })

  it('gives its deliveries in the order of their events, and ends', async () => {
    const endpoint = await makeEndpoint(cast)
    await append(cast.user.id, cast.user.id)
    const [lane] = (await claim([endpoint])) as [LeasedLane]
    const first = await nextDelivery(database(), lane)
    expect(await nextDelivery(database(), lane)).toEqual(first)
    expect(await endAttempt(database(), lane, first?.id ?? 0n, delivered)).toBe(true)
    const second = await nextDelivery(database(), lane)
    expect(second?.event_id).toBe((first?.event_id ?? 0n) + 1n)
    await endAttempt(database(), lane, second?.id ?? 0n, delivered)
    expect(await nextDelivery(database(), lane)).toBeUndefined()
    expect(await query('SELECT FROM webhook_lanes')).toEqual([])
  })

  it('is nobody’s after its lease, and what its job did then does not count', async () => {
    const endpoint = await makeEndpoint(cast)
    await append(cast.user.id)
    const [dead] = (await claim([endpoint])) as [LeasedLane]
    const delivery = await nextDelivery(database(), dead)
    await query(`UPDATE webhook_lanes SET leased_until = now() - interval '1 second'`)
    const [alive] = (await claim([endpoint])) as [LeasedLane]
    expect(alive.lease).not.toBe(dead.lease)
    expect(await nextDelivery(database(), dead)).toBeUndefined()
    expect(await endAttempt(database(), dead, delivery?.id ?? 0n, delivered)).toBe(false)
    expect(await nextDelivery(database(), alive)).toEqual(delivery)
  })

  it('drops what has no event any more', async () => {
    const endpoint = await makeEndpoint(cast)
    await append(cast.user.id, cast.user.id)
    const [lane] = (await claim([endpoint])) as [LeasedLane]
    await query('DELETE FROM events WHERE id = (SELECT min(event_id) FROM webhook_deliveries)')
    const next = await nextDelivery(database(), lane)
    const [last] = await query('SELECT max(id)::text AS id FROM events')
    expect(String(next?.event_id)).toBe((last as { id: string }).id)
    expect(await deliveriesOf(cast, endpoint)).toHaveLength(1)
  })
})

describe('the dispatcher', () => {
  it('gives lanes back when the queue takes no jobs', async () => {
    const endpoint = await makeEndpoint(cast)
    await append(cast.user.id)
    let refuse: () => void = () => undefined
    const refused = new Promise<void>((resolve) => {
      refuse = resolve
    })
    const add = async () => {
      refuse()
      throw new Error('no queue')
    }
    const queue = { ...cast.service.services.queue, add }
    const { log } = cast.service.services
    const dispatcher = startDispatcher({ database: database(), queue, perEndpoint: 4, log })
    await refused
    await dispatcher.close()
    expect(await claim([endpoint])).toHaveLength(1)
  })
})

describe('a worker', () => {
  it('delivers what another one had in hand when it died, and what a queue lost', async () => {
    const receiver = await startReceiver()
    const endpoint = await makeEndpoint(cast, {
      url: receiver.url,
      event_types: ['user.updated'],
    })
    await append(cast.user.id, cast.user.id, cast.other.id)
    // A dead worker's: one was sent and its answer lost, of the other lane the job was.
    const [lane] = (await claim([endpoint])) as [LeasedLane]
    await nextDelivery(database(), lane)
    await query(`UPDATE webhook_lanes SET leased_until = now() - interval '1 second'`)
    const worker = await startWorker(cast.service)
    try {
      const deliveries = await settled(cast, endpoint)
      expect(deliveries.map(({ status }: { status: string }) => status)).toEqual(
        Array(3).fill('delivered'),
      )
    } finally {
      await worker.close()
      await receiver.close()
    }
    expect(receiver.received).toHaveLength(3)
  })
})
