import type { Database } from '../../database/client.ts'

/**
 * Recomputes the days of users that changed, and the users' totals, from the ledger: see
 * `prisma/functions/recompute_statistics.sql` for why it is exact. Safe to run twice, late or out of order. Many users
 * share one database transaction: one for each took ten times as long.
 *
 * @returns those for whom there was something to do, and when the oldest of the changes was made that were taken in
 */
export async function recomputeUsers(
  database: Database,
  userIds: readonly number[],
): Promise<readonly { readonly userId: bigint; readonly oldestChange: Date }[]> {
  const [first, ...others] = userIds
  if (first === undefined) return []
  return await database.$queryRaw<{ userId: bigint; oldestChange: Date }[]>`
    SELECT user_id AS "userId", oldest AS "oldestChange"
    FROM recompute_statistics(${first}::bigint, ${others}::bigint[])`
}
