import { type Database, escapeIdentifier } from '../../database/client.ts'
import { codeOf, driverCause } from '../../database/errors.ts'

/** What PostgreSQL says when somebody else has had the table for too long. */
const IN_USE = '55P03'

async function isDropped(database: Database, table: string, patienceMs: number): Promise<boolean> {
  try {
    await database.$transaction([
      database.$executeRawUnsafe(`SET LOCAL lock_timeout = ${patienceMs}`),
      database.$executeRawUnsafe(`DROP TABLE IF EXISTS datasets.${escapeIdentifier(table)}`),
    ])
    return true
  } catch (error) {
    if (codeOf(error) === IN_USE || driverCause(error).originalCode === IN_USE) return false
    throw error
  }
}

/**
 * Drops tables that no dataset has any more: it was deleted, or another took its name. One that is being read
 * is left for the next time.
 *
 * @param patienceMs how long to wait for each
 */
export async function dropUnlisted(database: Database, patienceMs: number): Promise<void> {
  // An import makes its table and lists it in one transaction: nobody sees the one without the other.
  const tables = await database.$queryRaw<{ name: string }[]>`
    SELECT relname::text AS name FROM pg_class
    WHERE relnamespace = 'datasets'::regnamespace AND relkind = 'r' AND relname ~ '^d[0-9]+$'
    EXCEPT SELECT 'd' || id FROM datasets`
  for (const { name } of tables) await isDropped(database, name, patienceMs)
}
