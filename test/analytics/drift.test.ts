import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { contentOf } from '../../src/lib/answers/ready-answer.ts'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { insertDays, insertUser, readOutbox } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'

/** Without a worker: each test calls refresh and recomputation itself. */
let service: TestService
let user: number

beforeAll(async () => {
  service = await startTestService()
})
beforeEach(async () => {
  await service.database.query('DELETE FROM users')
  user = await insertUser(service.database)
  await insertDays(service.database, user, 3)
  await recompute()
})
afterAll(() => service.close())

const recompute = () => service.services.analytics.recompute([user])
const refresh = () => service.services.analytics.refresh()
const falsify = (statement: string) =>
  service.database.query(statement.replaceAll('$1', String(user)))

const driftCount = async () => {
  const text = await service.services.metrics.registry.metrics()
  return Number(/^passbook_statistics_drift_total (\d+)$/m.exec(text)?.[1])
}

describe('the periodic refresh', () => {
  it.each([
    'UPDATE daily_statistics SET transaction_count = 9 WHERE user_id = $1',
    `UPDATE daily_statistics SET total_credit = 2 WHERE user_id = $1 AND date = '2020-01-02'`,
    'UPDATE daily_statistics SET total_debit = 0.0001 WHERE user_id = $1',
    'UPDATE daily_statistics SET total_squares = 2 WHERE user_id = $1',
    `UPDATE daily_statistics SET currency = 'EUR' WHERE user_id = $1`,
    `UPDATE daily_statistics SET date = '2019-01-01' WHERE user_id = $1 AND date = '2020-01-01'`,
    `INSERT INTO daily_statistics VALUES ($1, '2030-01-01', 'USD', 1, 1, 0, 1)`,
    'DELETE FROM daily_statistics WHERE user_id = $1',
    'UPDATE user_statistics SET transaction_count = 4 WHERE user_id = $1',
    'UPDATE user_statistics SET total_credit = total_credit + 0.01 WHERE user_id = $1',
    'UPDATE user_statistics SET total_debit = 1 WHERE user_id = $1',
    `UPDATE user_statistics SET busiest_date = '2020-01-01' WHERE user_id = $1`,
    'UPDATE user_statistics SET busiest_count = 2 WHERE user_id = $1',
    `INSERT INTO user_statistics VALUES ($1, 'EUR', 1, 1, 0, '2020-01-01', 1)`,
    'DELETE FROM user_statistics WHERE user_id = $1',
  ])('repairs and counts after %s', async (statement) => {
    const before = await driftCount()
    await falsify(statement)
    expect(await readStatistics(service.database, user)).not.toEqual(
      await readLedger(service.database, user),
    )
    await refresh()
    expect(await driftCount()).toBe(before + 1)
    await recompute()
    expect(await readStatistics(service.database, user)).toEqual(
      await readLedger(service.database, user),
    )
  })

  it.each([
    'UPDATE monthly_statistics SET transaction_count = 9 WHERE user_id = $1',
    'UPDATE monthly_statistics SET total_debit = 0.01 WHERE user_id = $1',
    `UPDATE monthly_statistics SET busiest_date = '2020-01-01' WHERE user_id = $1`,
    'DELETE FROM monthly_statistics WHERE user_id = $1',
    `INSERT INTO monthly_statistics VALUES ($1, '2030-01-01', 'USD', 1, 1, 0, '2030-01-01', 1)`,
  ])('repairs and counts the month after %s', async (statement) => {
    const readMonths = () =>
      service.database.query('SELECT * FROM monthly_statistics WHERE user_id = $1', [user])
    const [before, months] = [await driftCount(), await readMonths()]
    await falsify(statement)
    await refresh()
    expect(await driftCount()).toBe(before + 1)
    await recompute()
    expect(await readMonths()).toEqual(months)
  })

  it('counts users, not rows, and leaves correct figures alone', async () => {
    const others = [await insertUser(service.database), await insertUser(service.database)]
    for (const id of others) {
      await insertDays(service.database, id, 2)
      await service.services.analytics.recompute([id])
    }
    const before = await driftCount()
    await service.database.query(
      'UPDATE daily_statistics SET total_debit = 5 WHERE user_id = ANY($1)',
      [[user, others[0]]],
    )
    await refresh()
    expect(await driftCount()).toBe(before + 2)
    expect(await readOutbox(service.database, others[1] as number)).toEqual([])
  })

  it('finds a ledger that was emptied without triggers', async () => {
    const before = await driftCount()
    await service.database.query(`
      ALTER TABLE transactions DISABLE TRIGGER USER;
      TRUNCATE transactions;
      ALTER TABLE transactions ENABLE TRIGGER USER`)
    await refresh()
    await recompute()
    expect(await driftCount()).toBe(before + 1)
    expect(await readStatistics(service.database, user)).toEqual({ days: [], totals: [] })
  })

  it('does nothing when nothing drifted', async () => {
    const before = await driftCount()
    await refresh()
    expect(await driftCount()).toBe(before)
    expect(await readOutbox(service.database, user)).toEqual([])
  })

  it('skips a user with a change in the outbox', async () => {
    const before = await driftCount()
    await falsify('UPDATE user_statistics SET transaction_count = 99 WHERE user_id = $1')
    await insertDays(service.database, user, 1)
    await refresh()
    expect(await driftCount()).toBe(before)
    expect(await readOutbox(service.database, user)).toHaveLength(1)
  })

  it('succeeds without any users', async () => {
    await service.database.query('DELETE FROM users')
    await refresh()
  })

  it('shows the repaired figures, not the cached ones', async () => {
    const caller = { id: user, role: 'user' } as const
    const count = async () =>
      contentOf(await service.services.analytics.read(caller, user, {})).transaction_count
    await falsify('UPDATE user_statistics SET transaction_count = 99 WHERE user_id = $1')
    expect(await count()).toBe(99)
    await refresh()
    await recompute()
    expect(await count()).toBe(3)
  })
})
