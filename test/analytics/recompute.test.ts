import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { insertDays, insertUser, readOutbox } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { openSession, WAITING_FOR_LOCKS } from '../setup/session.ts'

/** Without a worker: each test calls the recomputation itself. */
let service: TestService
let user: number

beforeAll(async () => {
  service = await startTestService()
})
beforeEach(async () => {
  user = await insertUser(service.database)
})
afterAll(() => service.close())

const recompute = (id = user) => service.services.analytics.recompute([id])

const versionOf = async (id: number) => {
  const [row] = await service.database.query<{ version: string }>(
    'SELECT version FROM statistics_versions WHERE user_id = $1',
    [id],
  )
  return row?.version
}

/** Remaining rows of a user, by table. */
const remains = (id: number) =>
  service.database.query(
    [
      'transactions',
      'daily_statistics',
      'monthly_statistics',
      'user_statistics',
      'statistics_versions',
      'outbox',
    ]
      .map((table) => `SELECT '${table}' AS "table" FROM ${table} WHERE user_id = ${id}`)
      .join(' UNION ALL '),
  )

const expectExact = async () =>
  expect(await readStatistics(service.database, user)).toEqual(
    await readLedger(service.database, user),
  )

describe('recomputing', () => {
  it('writes the figures and deletes the outbox rows', async () => {
    await insertDays(service.database, user, 3)
    await recompute()
    await expectExact()
    expect(await readOutbox(service.database, user)).toEqual([])
    expect(await versionOf(user)).toMatch(/^\d+$/)
  })

  it('never reuses a version, not even that of a recomputation that was lost', async () => {
    const session = await openSession(service.database.url)
    const given: bigint[] = []
    for (let round = 0; round < 2; round += 1) {
      await insertDays(service.database, user, 1)
      await session.query('BEGIN')
      await session.query('SELECT recompute_statistics($1::bigint)', [user])
      const [lost] = await session.query(
        'SELECT version FROM statistics_versions WHERE user_id = $1',
        [user],
      )
      await session.query('ROLLBACK')
      await recompute()
      given.push(...[lost.version, await versionOf(user)].map((version) => BigInt(version ?? 0)))
    }
    await session.close()
    expect(new Set(given).size).toBe(4)
    expect(given).toEqual(given.toSorted((a, b) => (a < b ? -1 : 1)))
  })

  it('changes nothing when repeated or late, not even the version', async () => {
    await insertDays(service.database, user, 2)
    await recompute()
    const version = await versionOf(user)
    await recompute()
    await expectExact()
    expect(await versionOf(user)).toBe(version)
  })

  it('gives the same figures when run many times at once', async () => {
    await insertDays(service.database, user, 5)
    const writers = Array.from({ length: 5 }, () => insertDays(service.database, user, 2))
    const workers = Array.from({ length: 12 }, () => recompute())
    await Promise.all([...writers, ...workers])
    await recompute()
    await expectExact()
    expect(await readOutbox(service.database, user)).toEqual([])
  })

  it('misses no change that is committed while it runs', async () => {
    await insertDays(service.database, user, 1)
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query('LOCK TABLE daily_statistics IN ACCESS EXCLUSIVE MODE')
    const running = recompute()
    await vi.waitFor(async () => {
      const [row] = await service.database.query<{ count: number }>(WAITING_FOR_LOCKS)
      expect(row?.count).toBe(1)
    })
    await insertDays(service.database, user, 2)
    await session.query('COMMIT')
    await session.close()
    await running
    expect(await readOutbox(service.database, user)).toHaveLength(1)
    await recompute()
    await expectExact()
  })

  it('deletes the rows of days and currencies without transactions', async () => {
    await insertDays(service.database, user, 2)
    await recompute()
    await service.database.query(
      `UPDATE transactions SET currency = 'EUR' WHERE user_id = $1 AND transaction_date < '2020-01-02'`,
      [user],
    )
    await recompute()
    await expectExact()
    await service.database.query('DELETE FROM transactions WHERE user_id = $1', [user])
    await recompute()
    expect(await readStatistics(service.database, user)).toEqual({ days: [], totals: [] })
  })

  it('touches no other user', async () => {
    const other = await insertUser(service.database)
    await insertDays(service.database, user, 1)
    await insertDays(service.database, other, 1)
    await recompute()
    expect(await readOutbox(service.database, other)).toHaveLength(1)
    expect(await versionOf(other)).toBeUndefined()
  })

  it('ignores users that are deleted or never existed', async () => {
    await insertDays(service.database, user, 2)
    await service.database.query('DELETE FROM users WHERE id = $1', [user])
    await recompute()
    await recompute(999_999)
    expect(await remains(user)).toEqual([])
  })

  it('takes turns with the deletion of the user', async () => {
    await insertDays(service.database, user, 50)
    const removal = service.database.query('DELETE FROM users WHERE id = $1', [user])
    await Promise.all([recompute(), removal, recompute(), recompute()])
    expect(await remains(user)).toEqual([])
  })

  it('measures how long the oldest change waited', async () => {
    const lagCount = async () => {
      const { values } = await service.services.metrics.eventLag.get()
      return values.find(({ metricName }) => metricName?.endsWith('_count'))?.value ?? 0
    }
    const before = await lagCount()
    await insertDays(service.database, user, 3)
    await recompute()
    await recompute()
    expect(await lagCount()).toBe(before + 1)
  })
})
