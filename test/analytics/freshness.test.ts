import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PlainDatabase } from '../../src/database/client.ts'
import { parseAlertRules } from '../../src/features/alerts/alert-rules.ts'
import { createAnalyticsService } from '../../src/features/analytics/analytics.service.ts'
import type { User } from '../../src/generated/schemas.ts'
import { contentOf } from '../../src/lib/answers/ready-answer.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

/** Without a worker: each test calls the recomputation itself. */
let service: TestService
let staff: Account
let customer: User

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
beforeEach(async () => {
  customer = await service.createCustomer(staff.token)
})
afterAll(() => service.close())

const read = async (headers = {}, query = {}) =>
  (
    await service.call('getUserAnalytics', {
      params: { id: customer.id },
      query,
      headers,
      token: staff.token,
    })
  ).body
const book = () => service.createTransaction(staff.token, { user_id: customer.id })
const recompute = () => service.services.analytics.recompute([customer.id])

/** Makes the stored figures wrong, to see whether an answer came from them. */
const falsify = (count: number) =>
  service.database.query('UPDATE user_statistics SET transaction_count = $2 WHERE user_id = $1', [
    customer.id,
    count,
  ])

describe('is_current', () => {
  it('is false while a committed change is not in the figures', async () => {
    expect(await read()).toMatchObject({ is_current: true, transaction_count: 0 })
    const { id } = await book()
    expect(await read()).toMatchObject({ is_current: false, transaction_count: 0 })
    await recompute()
    expect(await read()).toMatchObject({ is_current: true, transaction_count: 1 })
    await service.call('deleteTransaction', { params: { id }, token: staff.token })
    expect(await read()).toMatchObject({ is_current: false, transaction_count: 1 })
    await recompute()
    expect(await read()).toMatchObject({ is_current: true, transaction_count: 0 })
  })

  it('does not depend on changes of other users', async () => {
    const other = await service.createCustomer(staff.token)
    await service.createTransaction(staff.token, { user_id: other.id })
    expect((await read()).is_current).toBe(true)
  })

  it('comes with the time at which the figures were computed', async () => {
    expect((await read()).computed_at).toBe(customer.created_at)
    await book()
    await recompute()
    const { computed_at } = await read()
    expect(Date.parse(computed_at)).toBeGreaterThan(Date.parse(customer.created_at))
    await book()
    expect((await read()).computed_at).toBe(computed_at)
  })
})

describe('Cache-Control: no-cache', () => {
  it.each(['no-cache', 'No-Cache', 'max-age=0, no-cache', 'no-cache,no-store'])(
    'computes from the ledger at once when sent as %s',
    async (value) => {
      await book()
      const body = await read({ 'cache-control': value })
      expect(body).toMatchObject({ is_current: true, transaction_count: 1, total_credit: '10.00' })
      expect((await read()).transaction_count).toBe(0)
      const { body: days } = await service.call('getUserDailyAnalytics', {
        params: { id: customer.id },
        headers: { 'cache-control': value },
        token: staff.token,
      })
      expect(days).toHaveLength(1)
    },
  )

  it.each(['max-age=0', 'no-store', 'x-no-cache', 'no-cached'])(
    'is not what %s means',
    async (value) => {
      await book()
      expect((await read({ 'cache-control': value })).transaction_count).toBe(0)
    },
  )
})

describe('caching', () => {
  it('answers one version from the cache, and computes the next anew', async () => {
    await book()
    await recompute()
    await read()
    await falsify(77)
    expect((await read()).transaction_count).toBe(1)
    await book()
    expect((await read()).transaction_count).toBe(1)
    await recompute()
    expect((await read()).transaction_count).toBe(2)
  })

  it('distinguishes periods and currencies', async () => {
    await book()
    await recompute()
    expect((await read()).transaction_count).toBe(1)
    expect((await read({}, { to: '2026-01-01' })).transaction_count).toBe(0)
    expect((await read({}, { from: '2026-01-01' })).transaction_count).toBe(1)
    expect((await read({}, { currency: 'EUR' })).transaction_count).toBe(0)
  })

  it('cannot be spoiled by a slow reader', async () => {
    await book()
    await recompute()
    let release = () => {}
    let arrived = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const holdsOldFigures = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const { database, lookUps, prepared, cache, metrics, outbox } = service.services
    const slowLookUps: PlainDatabase = {
      async rows<Row extends object>(text: string, values: readonly unknown[]) {
        const rows = await lookUps.rows<Row>(text, values)
        if (!text.includes('user_statistics')) return rows
        arrived()
        await released
        return rows
      },
    }
    const slow = createAnalyticsService({
      database,
      lookUps: slowLookUps,
      prepared,
      cache,
      metrics,
      outbox,
      defaultCurrency: 'USD',
      alertRules: parseAlertRules(service.services.config),
    })
    const slowRead = slow.read({ id: staff.id, role: 'staff' }, customer.id, {})
    await holdsOldFigures
    await book()
    await recompute()
    release()
    expect(contentOf(await slowRead).transaction_count).toBe(1)
    expect(await read()).toMatchObject({ transaction_count: 2, is_current: true })
  })

  it('ends when the user is deleted', async () => {
    await book()
    await recompute()
    await read()
    await service.call('deleteUser', { params: { id: customer.id }, token: staff.token })
    const { status } = await service.call('getUserAnalytics', {
      params: { id: customer.id },
      token: staff.token,
    })
    expect(status).toBe(404)
  })
})
