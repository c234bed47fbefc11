import type { Database } from '../../database/client.ts'

/**
 * Recomputes the days of users that changed, and the users' totals, from the ledger: see
 * `prisma/functions/recompute_statistics.sql` for why it is exact. Safe to run twice, late or out of order. Many users
 * share one database transaction: one for each took ten times as long.
 *
 * @returns of each for whom there was something to do, when the oldest change was made that was taken in
 */
export async function recomputeUsers(
  database: Database,
  userIds: readonly number[],
): Promise<readonly Date[]> {
  const [first, ...others] = userIds
  if (first === undefined) return []
  const rows = await database.$queryRaw<{ oldest: Date }[]>`
    SELECT oldest FROM recompute_statistics(${first}::bigint, ${others}::bigint[])`
  return rows.map(({ oldest }) => oldest)
}
