import { describe, expect, it, vi } from 'vitest'
import { waitForLock } from '../setup/lock.ts'
import { openSession } from '../setup/session.ts'
import { asAdmin, deliveriesOf, passTime, settled, tried, useHooks } from './hooks.ts'
import { type Received, verify } from './receiver.ts'

const { cast, hook, book } = useHooks()

const events = async () => (await asAdmin(cast, 'listEvents', { query: { per_page: 100 } })).body

describe('a webhook', () => {
  it('is the event as the list has it, signed, with the id of the request that caused it', async () => {
    const { endpoint, receiver } = await hook()
    const body = {
      user_id: cast.user.id,
      transaction_date: '2026-03-01',
      transaction_amount: '1250',
      transaction_type: 'credit',
      description: 'Salary of Jane Doe',
    }
    const headers = { 'x-request-id': 'the-request' }
    await cast.service.call('createTransaction', { body, headers, token: cast.user.token })
    const [got] = (await receiver.got(1)) as readonly [Received]
    const event = (await events()).at(-1)
    const sent = verify(endpoint.secret, got) as Record<string, unknown>
    const listed = (await events()).find(({ id }: { id: number }) => id === sent['id'])
    expect(event).toBeDefined()
    expect(sent).toEqual({ ...listed, timestamp: listed.created_at })
    expect(listed).toMatchObject({ type: 'transaction.created', request_id: 'the-request' })
    expect(got.headers).toMatchObject({
      'webhook-id': `evt_${sent['id']}`,
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
      'webhook-signature': expect.stringMatching(/^v1,\S{44}$/),
      'x-request-id': 'the-request',
      'content-type': 'application/json',
    })
    expect(got.text).not.toMatch(/Jane|Salary/)
    await settled(cast, endpoint)
  })

  it('is no good when a byte of it was changed', async () => {
    const { endpoint, receiver } = await hook()
    await book()
    const [got] = (await receiver.got(1)) as readonly [Received]
    expect(() => verify(endpoint.secret, { ...got, text: `${got.text} ` })).toThrow()
    const headers = { ...got.headers, 'webhook-id': 'evt_1' }
    expect(() => verify(endpoint.secret, { ...got, headers })).toThrow()
    await settled(cast, endpoint)
  })

  it('goes to each endpoint that wants its type, and to no other', async () => {
    const one = await hook(['transaction.created'])
    const all = await hook(['*'])
    const other = await hook(['alert.raised'])
    await book()
    await one.receiver.got(1)
    await vi.waitFor(() =>
      expect(all.receiver.received.map(({ body }) => body.type)).toEqual([
        'transaction.created',
        'statistics.updated',
        'credit_score.changed',
      ]),
    )
    expect(one.receiver.received).toHaveLength(1)
    expect(await deliveriesOf(cast, other.endpoint)).toEqual([])
  })

  it('is queued in the transaction that numbers its event, or not at all', async () => {
    const { endpoint, receiver } = await hook()
    const session = await openSession(cast.service.database.url)
    await session.query('BEGIN')
    await session.query(
      `INSERT INTO events (user_id, type, data, created_at) VALUES ($1, 'transaction.created', '{}', now())`,
      [cast.user.id],
    )
    expect(await deliveriesOf(cast, endpoint)).toEqual([])
    await session.query('ROLLBACK')
    expect(await deliveriesOf(cast, endpoint)).toEqual([])
    await session.close()
    await book()
    await receiver.got(1)
    expect(await settled(cast, endpoint)).toHaveLength(1)
  })

  it('is not lost when it is queued while its lane ends', async () => {
    const { endpoint, receiver } = await hook()
    const session = await openSession(cast.service.database.url)
    await book()
    await receiver.got(1)
    await settled(cast, endpoint)
    await session.query('BEGIN')
    await session.query(
      `INSERT INTO webhook_lanes (user_id, endpoint_id, due_at) VALUES ($1, $2, now())
       ON CONFLICT (user_id, endpoint_id) DO UPDATE SET due_at = excluded.due_at`,
      [cast.user.id, endpoint.id],
    )
    // The event waits until whoever has the lane ends it.
    await book()
    await waitForLock(cast.service)
    await session.query('DELETE FROM webhook_lanes WHERE endpoint_id = $1', [endpoint.id])
    await session.query('COMMIT')
    await session.close()
    await receiver.got(2)
    await settled(cast, endpoint)
  })
})

describe('the events of a user', () => {
  it('come in their order, each at least once, from a receiver that fails a third of the time', async () => {
    // A seeded generator: the same failures in each run.
    let state = 7
    const random = () => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    const taken: number[] = []
    const { endpoint } = await hook(undefined, ({ body }, _, response) => {
      const isTaken = random() > 1 / 3
      if (isTaken) taken.push(body.id)
      response.writeHead(isTaken ? 200 : 503).end()
    })
    const people = [cast.user, cast.other, cast.staff]
    for (let index = 0; index < 30; index += 1) {
      const person = people[index % 3] as (typeof people)[number]
      await cast.service.createTransaction(person.token, { user_id: person.id })
    }
    const done = await vi.waitFor(
      async () => {
        await passTime(cast)
        const deliveries = await deliveriesOf(cast, endpoint)
        const statuses = deliveries.map(({ status }: { status: string }) => status)
        expect(statuses).toEqual(Array(30).fill('delivered'))
        return deliveries
      },
      { timeout: 25_000, interval: 30 },
    )
    const userOf = new Map(
      done.map(({ event_id, user_id }: { event_id: number; user_id: number }) => [
        event_id,
        user_id,
      ]),
    )
    for (const { id } of people) {
      const own = taken.filter((event) => userOf.get(event) === id)
      expect(own).toEqual([...own].sort((a, b) => a - b))
      expect(new Set(own).size).toBe(10)
    }
  })

  it('wait while one fails, and those of others do not', async () => {
    const { endpoint, receiver } = await hook(undefined, ({ body }, _, response) =>
      response.writeHead(body.user_id === cast.user.id ? 500 : 204).end(),
    )
    await book()
    await tried(cast, endpoint, 1)
    await book()
    const own = { user_id: cast.other.id }
    for (let index = 0; index < 2; index += 1) {
      await cast.service.createTransaction(cast.other.token, own)
    }
    await receiver.got(3)
    await vi.waitFor(async () => {
      const deliveries = await deliveriesOf(cast, endpoint)
      const shown = deliveries.map((one: { status: string; attempt_count: number }) => [
        one.status,
        one.attempt_count,
      ])
      expect(shown).toEqual([
        ['pending', 1],
        ['pending', 0],
        ['delivered', 1],
        ['delivered', 1],
      ])
    })
    expect(receiver.received.map(({ body }) => body.user_id)).toEqual([
      cast.user.id,
      cast.other.id,
      cast.other.id,
    ])
  })

  it('go on when one is given up', async () => {
    const { endpoint, receiver } = await hook(undefined, (_, index, response) =>
      response.writeHead(index < 10 ? 500 : 204).end(),
    )
    await book()
    await tried(cast, endpoint, 1)
    await book()
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await tried(cast, endpoint, attempt)
      await passTime(cast)
    }
    const deliveries = await settled(cast, endpoint)
    expect(deliveries.map(({ status }: { status: string }) => status)).toEqual([
      'failed',
      'delivered',
    ])
    expect(receiver.received).toHaveLength(11)
  })
})

describe('a slow receiver', () => {
  it('holds up neither another endpoint nor figures', async () => {
    const held: (() => void)[] = []
    const slow = await hook(['*'], (_, __, response) => {
      held.push(() => response.writeHead(204).end())
    })
    const quick = await hook(['transaction.created'])
    // More users than the slow endpoint has turns.
    const people = await Promise.all(Array.from({ length: 8 }, () => cast.service.createAccount()))
    await vi.waitFor(() => expect(held).toHaveLength(4), { timeout: 10_000 })
    await Promise.all(
      people.map(({ id, token }) => cast.service.createTransaction(token, { user_id: id })),
    )
    await quick.receiver.got(8)
    await cast.service.settled()
    const { body } = await asAdmin(cast, 'getUserAnalytics', {
      params: { id: people[7]?.id ?? 0 },
    })
    expect(body).toMatchObject({ transaction_count: 1, is_current: true })
    // The slow one has no more than its turns.
    expect(held).toHaveLength(4)
    for (const answer of held) answer()
    slow.receiver.answers((_, __, response) => response.writeHead(204).end())
    await settled(cast, slow.endpoint)
  })
})

describe('deleting a user', () => {
  it('deletes their deliveries, and still tells of it', async () => {
    const { endpoint, receiver } = await hook(['*'], ({ body }, _, response) =>
      response.writeHead(body.type === 'user.deleted' ? 204 : 500).end('what they said'),
    )
    const { id, token } = await cast.service.createAccount()
    await cast.service.createTransaction(token, { user_id: id })
    await tried(cast, endpoint, 1)
    await asAdmin(cast, 'deleteUser', { params: { id } })
    await vi.waitFor(async () => {
      const deliveries = await deliveriesOf(cast, endpoint)
      const shown = deliveries.map((one: { type: string; status: string }) => [
        one.type,
        one.status,
      ])
      expect(shown).toEqual([['user.deleted', 'delivered']])
    })
    expect(receiver.received.at(-1)?.body).toMatchObject({ type: 'user.deleted', user_id: id })
    const attempts = await cast.service.database.query(
      'SELECT FROM webhook_attempts WHERE user_id = $1',
      [id],
    )
    expect(attempts).toHaveLength(1)
  })
})
