import type { TestDatabase } from './database.ts'
import { openSession } from './session.ts'

/** A problem of a user's past, as `user_integrity` tells it. */
export interface Problem {
  readonly user_id: number
  readonly kind: string
  readonly transaction_id?: number
  readonly version_id?: number
}

/** What does not fit, of one user or of all. */
export async function findProblems(
  database: TestDatabase,
  userId: number | null = null,
): Promise<readonly Problem[]> {
  const rows = await database.query<{ problems: readonly Problem[] }>(
    `SELECT checked.problems FROM users CROSS JOIN LATERAL user_integrity(users.id) AS checked
     WHERE users.id = coalesce($1, users.id)`,
    [userId],
  )
  return rows.flatMap(({ problems }) => problems)
}

/** Runs a statement as somebody who owns the database and turns its triggers off. */
export async function tamper(
  { superuserUrl }: TestDatabase,
  statement: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const session = await openSession(superuserUrl)
  await session.query('SET session_replication_role = replica')
  await session.query(statement, values)
  await session.close()
}

/** A stored version, as a test compares it. */
export interface StoredVersion {
  readonly transaction_id: number
  readonly change: string
  readonly actor_id: number | null
  readonly request_id: string | null
  readonly amount: string
}

/** A user's versions, oldest first. */
export const readVersions = (database: TestDatabase, userId: number): Promise<StoredVersion[]> =>
  database.query<StoredVersion & Record<string, unknown>>(
    `SELECT transaction_id::int, change, actor_id::int, request_id, trim_scale(transaction_amount)::text AS amount
     FROM transaction_versions WHERE user_id = $1 ORDER BY id`,
    [userId],
  )
