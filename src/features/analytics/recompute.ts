import type { Database } from '../../platform/prisma.ts'
import { BUSIEST_DATE } from './figures.ts'

/** What a recomputation brought up to date. */
export interface Recomputed {
  /** When the oldest of the changes it took in was committed. */
  readonly oldestChange: Date
}

interface OutboxDay {
  readonly day: Date
  readonly created_at: Date
}

/**
 * Recomputes the days of a user that changed, and rolls them up, in one database transaction that
 * also deletes the outbox rows it answers. The figures come from the ledger each time and are never
 * added to: running twice, late or out of order gives the same. The cost depends on the days that
 * changed and on how many days the user has, not on how many transactions.
 *
 * Why it is exact: each outbox row became visible together with its change, every statement here
 * sees at least what the one that deleted the outbox rows saw, and a change that comes later brings
 * a row of its own. The lock on the version makes recomputations of one user take turns.
 *
 * @returns undefined when there was nothing to do: no change waits, or the user is gone
 */
export async function recomputeUser(
  database: Database,
  userId: number,
): Promise<Recomputed | undefined> {
  return await database.$transaction(async (tx) => {
    // The user first: their deletion takes the locks in this order too.
    const [user] = await tx.$queryRaw<{ waiting: boolean }[]>`
      SELECT EXISTS (SELECT FROM outbox WHERE user_id = ${userId}) AS waiting
      FROM users WHERE id = ${userId} FOR KEY SHARE`
    if (!user?.waiting) return undefined
    await tx.$executeRaw`
      INSERT INTO statistics_versions (user_id, version, computed_at)
      VALUES (${userId}, 1, clock_timestamp())
      ON CONFLICT (user_id) DO UPDATE
      SET version = statistics_versions.version + 1, computed_at = clock_timestamp()`
    const changes = await tx.$queryRaw<OutboxDay[]>`
      DELETE FROM outbox WHERE user_id = ${userId} RETURNING day, created_at`
    if (changes.length === 0) return undefined

    const days = [...new Set(changes.map(({ day }) => day.toISOString().slice(0, 10)))]
    await tx.$executeRaw`
      DELETE FROM daily_statistics WHERE user_id = ${userId} AND date = ANY(${days}::date[])`
    await tx.$executeRaw`
      INSERT INTO daily_statistics (user_id, date, currency, transaction_count, total_credit, total_debit)
      SELECT ${userId}, day, currency, transaction_count, total_credit, total_debit
      FROM unnest(${days}::date[]) AS day
      CROSS JOIN LATERAL (
        SELECT currency, count(*)::int AS transaction_count,
          coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0) AS total_credit,
          coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0) AS total_debit
        FROM transactions
        WHERE user_id = ${userId}
          AND transaction_date >= day::timestamp AT TIME ZONE 'UTC'
          AND transaction_date < (day + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY currency) AS figures`
    await tx.$executeRaw`
      DELETE FROM user_statistics WHERE user_id = ${userId} AND NOT EXISTS (
        SELECT FROM daily_statistics AS daily
        WHERE daily.user_id = user_statistics.user_id AND daily.currency = user_statistics.currency)`
    await tx.$executeRaw`
      INSERT INTO user_statistics
        (user_id, currency, transaction_count, total_credit, total_debit, busiest_date, busiest_count)
      SELECT user_id, currency, sum(transaction_count)::int, sum(total_credit), sum(total_debit),
        ${BUSIEST_DATE}, max(transaction_count)
      FROM daily_statistics WHERE user_id = ${userId} GROUP BY user_id, currency
      ON CONFLICT (user_id, currency) DO UPDATE SET
        transaction_count = excluded.transaction_count,
        total_credit = excluded.total_credit,
        total_debit = excluded.total_debit,
        busiest_date = excluded.busiest_date,
        busiest_count = excluded.busiest_count`
    const times = changes.map(({ created_at }) => created_at.getTime())
    return { oldestChange: new Date(times.reduce((a, b) => Math.min(a, b))) }
  })
}
