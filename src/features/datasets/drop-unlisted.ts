import { type Database, escapeIdentifier } from '../../database/client.ts'
import { codeOf, driverCause } from '../../database/errors.ts'

/** PostgreSQL's code for a lock timeout. */
const LOCK_NOT_AVAILABLE = '55P03'

/** @returns false when somebody reads the table */
async function dropTable(database: Database, table: string, waitMs: number): Promise<boolean> {
  try {
    await database.$transaction([
      database.$executeRawUnsafe(`SET LOCAL lock_timeout = ${waitMs}`),
      database.$executeRawUnsafe(`DROP TABLE IF EXISTS datasets.${escapeIdentifier(table)}`),
    ])
    return true
  } catch (error) {
    if ([codeOf(error), driverCause(error).originalCode].includes(LOCK_NOT_AVAILABLE)) return false
    throw error
  }
}

/**
 * Drops tables that belong to no dataset, because it was deleted or replaced. Leaves tables that
 * are being read for the next time.
 *
 * @param waitMs how long to wait for the lock on each table
 */
export async function dropUnlisted(database: Database, waitMs: number): Promise<void> {
  // An import creates and registers its table in one transaction, so a new table is never unlisted.
  const tables = await database.$queryRaw<{ name: string }[]>`
    SELECT relname::text AS name FROM pg_class
    WHERE relnamespace = 'datasets'::regnamespace AND relkind = 'r' AND relname ~ '^d[0-9]+$'
    EXCEPT SELECT 'd' || id FROM datasets`
  for (const { name } of tables) await dropTable(database, name, waitMs)
}
