import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startAppender } from '../../../src/events/appender.ts'
import { createLog } from '../../../src/lib/log.ts'
import { insertUser } from '../../setup/rows.ts'
import { startTestService, type TestService } from '../../setup/service.ts'
import { openSession } from '../../setup/session.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterEach(async () => {
  await service.database.query('DELETE FROM pending_events; DELETE FROM events')
})
afterAll(() => service.close())

const tell = (label: number) =>
  `INSERT INTO pending_events (user_id, type, data) VALUES (${label}, 'user.updated', '{"user_id": ${label}}')`

const tellMany = (count: number) =>
  service.database.query(
    `INSERT INTO pending_events (user_id, type, data)
     SELECT n, 'user.updated', '{}' FROM generate_series(1, ${count}) AS n`,
  )

const append = (most = 1_000) =>
  service.database.query<{ type: string; count: number }>(
    'SELECT type, count::int FROM append_events($1)',
    [most],
  )

/** The users of the events after an id, and the last id. */
async function readAfter(id: number) {
  const rows = await service.database.query<{ id: string; user_id: string }>(
    'SELECT id, user_id FROM events WHERE id > $1 ORDER BY id',
    [id],
  )
  return { users: rows.map((row) => Number(row.user_id)), last: Number(rows.at(-1)?.id ?? id) }
}

/** A database transaction that stays open. */
async function begun() {
  const session = await openSession(service.database.url)
  await session.query('BEGIN')
  onTestFinished(() => session.close())
  return session
}

/** Starts an appender of its own, as another process would have one. */
function startOne() {
  const { relayed, metrics } = service.services
  const appender = startAppender({ relayed, metrics, log: createLog('silent') })
  onTestFinished(() => appender.close())
  return appender
}

describe('append_events', () => {
  it('puts what commits later behind what was read, though its pending id is smaller', async () => {
    const earlier = await begun()
    await earlier.query(tell(1))
    await service.database.query(tell(2))
    await append()
    const first = await readAfter(0)
    expect(first.users).toEqual([2])
    await earlier.query('COMMIT')
    await service.database.query(tell(3))
    await append()
    expect((await readAfter(first.last)).users).toEqual([1, 3])
  })

  it('shows no event while one with a smaller id is not committed', async () => {
    await service.database.query(tell(1))
    const slow = await begun()
    await slow.query('SELECT append_events(1000)')
    await service.database.query(tell(2))
    expect(await append()).toEqual([])
    expect((await readAfter(0)).users).toEqual([])
    await slow.query('COMMIT')
    await append()
    expect((await readAfter(0)).users).toEqual([1, 2])
  })

  it('takes so many, the first first, and loses none when its process dies', async () => {
    for (const label of [1, 2, 3]) await service.database.query(tell(label))
    const dying = await begun()
    await dying.query('SELECT append_events(2)')
    await dying.query('ROLLBACK')
    expect(await append(2)).toEqual([{ type: 'user.updated', count: 2 }])
    expect((await readAfter(0)).users).toEqual([1, 2])
    expect(await append(2)).toEqual([{ type: 'user.updated', count: 1 }])
    expect(await append(2)).toEqual([])
  })

  it('never uses an id again, though the newest event was deleted', async () => {
    await service.database.query(tell(1))
    await append()
    const { last } = await readAfter(0)
    await service.database.query('DELETE FROM events')
    await service.database.query(tell(2))
    await append()
    expect((await readAfter(last)).users).toEqual([2])
  })

  it('keeps type, data, request and time', async () => {
    await service.database.query(
      `INSERT INTO pending_events (user_id, type, data, request_id, created_at)
       VALUES (7, 'alert.raised', '{"alert_id": 3}', 'req', '2026-01-31T10:15:00Z')`,
    )
    await append()
    const [row] = await service.database.query('SELECT * FROM events')
    expect(row).toMatchObject({
      user_id: '7',
      type: 'alert.raised',
      data: { alert_id: 3 },
      request_id: 'req',
      created_at: new Date('2026-01-31T10:15:00Z'),
    })
  })
})

describe('the appender', () => {
  it('appends what is pending within half a second of its commit', async () => {
    startOne()
    const user = await insertUser(service.database)
    const start = performance.now()
    await vi.waitFor(async () => expect((await readAfter(0)).users).toContain(user), {
      timeout: 5_000,
      interval: 10,
    })
    expect(performance.now() - start).toBeLessThan(500)
  })

  it('appends each event once beside others, and counts them', async () => {
    const total = 25_000
    const counted = async () => {
      const { values } = await service.services.metrics.eventsAppended.get()
      return values.find(({ labels }) => labels.type === 'user.updated')?.value ?? 0
    }
    const before = await counted()
    await tellMany(total)
    const gauge =
      await service.services.metrics.registry.getSingleMetricAsString('passbook_events_pending')
    expect(gauge).toContain(`passbook_events_pending ${total}`)
    const appenders = [startOne(), startOne()]
    for (const appender of appenders) appender.nudge()
    await vi.waitFor(
      async () => {
        const [row] = await service.database.query<{ count: number }>(
          'SELECT count(*)::int FROM events',
        )
        expect(row?.count).toBe(total)
      },
      { timeout: 20_000 },
    )
    const { users } = await readAfter(0)
    expect(users).toEqual(Array.from({ length: total }, (_, index) => index + 1))
    await Promise.all(appenders.map((appender) => appender.close()))
    expect((await counted()) - before).toBe(total)
  })

  it('goes on after an error', async () => {
    await service.database.query('ALTER TABLE events RENAME TO gone')
    const appender = startOne()
    await service.database.query(tell(1))
    appender.nudge()
    await service.database.query('ALTER TABLE gone RENAME TO events')
    await vi.waitFor(async () => expect((await readAfter(0)).users).toEqual([1]), {
      timeout: 5_000,
    })
  })
})
