import { setTimeout as delay } from 'node:timers/promises'
import { runMigrations as migrateQueue } from 'bullmq'
import pg from 'pg'
import { StartupError } from '../errors.ts'
import { connectDedicated, dedicatedSettings } from './dedicated-connection.ts'
import { areApplied, type MigrationRow, readMigrationRows } from './migration-rows.ts'
import { openSchemaEngine, readMigrations } from './schema-engine.ts'

const NAME = 'passbook migrate'
/** A migration takes as long as it takes. */
const LIMITS = { statement: 0, lock: 0, connect: 10_000 }
const NO_FILTERS = { externalTables: [], externalEnums: [] }
/** Any number that no other program uses as an advisory lock in the same database. */
const MIGRATION_LOCK = 7_262_665
const PAUSE_MS = 200
const REPORT_INTERVAL_MS = 5_000

/** BullMQ's schema when PostgreSQL is the queue. */
export const QUEUE_SCHEMA = 'bullmq'

/**
 * Migrates a database: our tables, then the queue's. Processes that start at the same time take
 * turns on a session-level advisory lock, so that each migration runs once.
 *
 * @returns the names of the applied migrations
 * @throws StartupError if the database is unreachable, predates the baseline, or an earlier
 *   migration failed
 */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const session = await connectDedicated(databaseUrl, NAME, LIMITS).catch((cause: Error) => {
    throw new StartupError(
      `The database cannot be reached (${cause.message || 'no answer'}); check that it runs and that DATABASE_URL is right.`,
      { cause },
    )
  })
  try {
    await takeTurn(session)
    const applied = await applyMigrations(databaseUrl, session)
    await migrateQueue(session, QUEUE_SCHEMA)
    return applied
  } finally {
    await session.end().catch(() => undefined)
  }
}

/**
 * Waits until no other process is migrating, and reports the wait: a migration may take any time.
 */
async function takeTurn(session: pg.Client): Promise<void> {
  let nextReport = 0
  for (;;) {
    const { rows } = await session.query('SELECT pg_try_advisory_lock($1) AS free', [
      MIGRATION_LOCK,
    ])
    if (rows[0].free) return
    if (performance.now() >= nextReport) {
      process.stderr.write('Waiting: another process is migrating the database.\n')
      nextReport = performance.now() + REPORT_INTERVAL_MS
    }
    await delay(PAUSE_MS)
  }
}

/** The engine refuses to continue after a failed migration; P3009 is its code for that. */
function failedBefore(cause: unknown): StartupError | undefined {
  if ((cause as { readonly code?: string } | undefined)?.code !== 'P3009') return undefined
  return new StartupError(
    'A migration of the database has failed before; it left nothing behind, so fix its cause, delete its row without finished_at from the table _prisma_migrations, and start again.',
    { cause },
  )
}

/**
 * Refuses databases that predate the first release: the baseline has replaced their migrations.
 *
 * @param baseline the name of the first migration
 * @throws StartupError for such a database, without changing it
 */
function requireBaseline(rows: readonly MigrationRow[], baseline: string): void {
  if (rows.length === 0 || rows.some(({ name }) => name === baseline)) return
  throw new StartupError(
    'A pre-release Passbook made this database, and this version cannot migrate it: set DATA_DIR to a new folder or DATABASE_URL to an empty database, and load your data there again.',
  )
}

async function applyMigrations(
  databaseUrl: string,
  session: pg.Client,
): Promise<readonly string[]> {
  const migrationsList = await readMigrations()
  const rows = await readMigrationRows(session)
  requireBaseline(rows, migrationsList.migrationDirectories[0]?.path ?? '')
  if (areApplied(rows, migrationsList)) return []
  // The engine takes a pool and no single connection.
  const pool = new pg.Pool(dedicatedSettings(databaseUrl, NAME, LIMITS))
  // Without listeners a lost connection would end this process: an idle one's, and that of one in use.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => void client.on('error', () => undefined))
  const engine = await openSchemaEngine(pool)
  try {
    const applying = engine.applyMigrations({ migrationsList, filters: NO_FILTERS })
    const { appliedMigrationNames } = await applying.catch((error: unknown) => {
      throw failedBefore(error) ?? error
    })
    return appliedMigrationNames
  } finally {
    engine.free()
    await pool.end()
  }
}
