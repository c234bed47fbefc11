import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createReadiness } from '../../src/features/system/health.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

const ok = { status: 'ok' }
const silent = { status: 'unavailable', detail: 'it does not answer' }
const current = { status: 'ok', oldest_change_seconds: 0 }

/** What one look sees, where those of the last half second do not count. */
const look = (changes: Partial<Parameters<typeof createReadiness>[0]> = {}) =>
  createReadiness({ ...service.services, ...changes })()

/** A Redis that answers, or does not. */
const redis = (answers: boolean) => ({
  shared: {
    url: '',
    watch: { answers: async () => answers } as NonNullable<
      TestService['services']['shared']
    >['watch'],
  },
  queue: { ready: async () => answers },
})

/** A change that has waited for its figures for so long. */
async function addChange(seconds: number): Promise<void> {
  const { id } = await service.services.users.create({
    name: 'Waits',
    email: { address: `${randomUUID()}@x.example`, verified: true },
  })
  await service.database.query(
    `INSERT INTO outbox (user_id, type, day, created_at)
     VALUES ($1, 'transaction.created', current_date, now() - make_interval(secs => $2))`,
    [id, seconds],
  )
}

describe('getReadiness', () => {
  it('names each part and its state', async () => {
    const { status, body } = await service.call('getReadiness')
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'ok',
      dependencies: { database: ok, queue: ok, cache: ok },
      storage: ok,
      figures: current,
    })
  })

  it('refuses a query parameter', async () => {
    const { body } = await service.call('getReadiness', { query: { verbose: true } })
    expect(body.errors[0]).toMatchObject({
      in: 'query',
      path: 'verbose',
      code: 'unknown_parameter',
    })
  })
})

describe('readiness', () => {
  it('is unavailable without the database, and says nothing of why', async () => {
    const watch = { answers: () => Promise.reject(new Error('SECRET')) }
    const readiness = await look({ watch })
    expect(readiness).toMatchObject({ status: 'unavailable', dependencies: { database: silent } })
    expect(JSON.stringify(readiness)).not.toContain('SECRET')
  })

  it('is degraded without Redis', async () => {
    expect(await look(redis(false))).toMatchObject({
      status: 'degraded',
      dependencies: { database: ok, queue: silent, cache: silent },
      figures: { status: 'degraded', detail: 'figures wait for the queue' },
    })
    expect((await look(redis(true))).status).toBe('ok')
  })

  it('is degraded while the disk is full', async () => {
    const full = { note: () => undefined, full: true }
    expect(await look({ storage: full })).toMatchObject({
      status: 'degraded',
      storage: { status: 'unavailable', detail: 'the disk is full' },
    })
  })

  it('is unavailable when the process is about to end', async () => {
    let stopping = false
    const check = createReadiness({ ...service.services, isStopping: () => stopping })
    expect((await check()).status).toBe('ok')
    stopping = true
    expect(await check()).toMatchObject({ status: 'unavailable', detail: 'stopping' })
  })

  it('does not wait for ever for a part that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const ready = vi.fn(() => new Promise<never>(() => undefined))
    const looking = look({ queue: { ready } })
    await vi.advanceTimersByTimeAsync(2_000)
    vi.useRealTimers()
    expect((await looking).dependencies.queue).toEqual(silent)
  })

  it('is looked at once for all who ask at the same time, and anew later', async () => {
    const ready = vi.fn(async () => true)
    const check = createReadiness({ ...service.services, queue: { ready } })
    await Promise.all(Array.from({ length: 20 }, check))
    await check()
    expect(ready).toHaveBeenCalledTimes(1)
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_000)
    await check()
    now.mockRestore()
    expect(ready).toHaveBeenCalledTimes(2)
  })
})

describe('readiness of figures', () => {
  afterEach(() => service.database.query('DELETE FROM outbox'))

  it('is ok as long as the oldest change has not waited for a minute', async () => {
    await addChange(5)
    await addChange(50)
    const { status, figures } = await look()
    expect([status, figures.status]).toEqual(['ok', 'ok'])
    expect(figures.oldest_change_seconds).toBeGreaterThanOrEqual(50)
    expect(figures.oldest_change_seconds).toBeLessThanOrEqual(60)
  })

  describe('after a minute', () => {
    beforeEach(() => addChange(75))

    it('is unavailable, and so is the whole', async () => {
      expect(await look()).toMatchObject({
        status: 'unavailable',
        dependencies: { database: ok, queue: ok, cache: ok },
        figures: { status: 'unavailable', detail: 'changes have waited too long for figures' },
      })
      expect((await look(redis(true))).status).toBe('unavailable')
    })

    it('is degraded while Redis is away, as requests are served', async () => {
      const { status, figures } = await look(redis(false))
      expect([status, figures.status]).toEqual(['degraded', 'degraded'])
    })
  })
})
