import { setTimeout as delay } from 'node:timers/promises'
import { runMigrations as migrateQueue } from 'bullmq'
import pg from 'pg'
import { StartupError } from '../errors.ts'
import { connectDedicated, dedicatedSettings } from './dedicated-connection.ts'
import { openSchemaEngine, readMigrations } from './schema-engine.ts'

const NAME = 'passbook migrate'
/** A migration takes as long as it takes. */
const LIMITS = { statement: 0, lock: 0, connect: 10_000 }
const NO_FILTERS = { externalTables: [], externalEnums: [] }
/** Any number that no other program uses as an advisory lock on the same database. */
const MIGRATION_LOCK = 7_262_665
const PAUSE_MS = 200
const SAY_EVERY_MS = 5_000

/** The schema in which BullMQ keeps its tables when PostgreSQL is the queue. */
export const QUEUE_SCHEMA = 'bullmq'

/**
 * Brings a database up to date: our tables, then the queue's. Instances that start at the same time
 * take turns on a session-level advisory lock, so that each migration runs once.
 *
 * @returns the names of the migrations it applied
 * @throws StartupError when the database cannot be reached, was made before the baseline, or a migration has
 *   failed before
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

/** Waits until no other process migrates, and says that it waits: a migration takes as long as it takes. */
async function takeTurn(session: pg.Client): Promise<void> {
  let sayAt = 0
  for (;;) {
    const { rows } = await session.query('SELECT pg_try_advisory_lock($1) AS free', [
      MIGRATION_LOCK,
    ])
    if (rows[0].free) return
    if (performance.now() >= sayAt) {
      process.stderr.write('Waiting: another process migrates the database.\n')
      sayAt = performance.now() + SAY_EVERY_MS
    }
    await delay(PAUSE_MS)
  }
}

/** The engine applies nothing after a migration that failed; its code for that is P3009. */
function failedBefore(cause: unknown): StartupError | undefined {
  if ((cause as { readonly code?: string } | undefined)?.code !== 'P3009') return undefined
  return new StartupError(
    'A migration of the database has failed before; it left nothing behind, so mend its cause, delete its row without finished_at from the table _prisma_migrations, and start again.',
    { cause },
  )
}

/**
 * Databases of before the first release have other migrations than those that the baseline put in their place.
 *
 * @param baseline the name of the first migration there is
 * @throws StartupError for such a database, of which nothing is changed
 */
async function requireBaseline(session: pg.Client, baseline: string): Promise<void> {
  const table = await session.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`)
  if (!table.rows[0].there) return
  const { rows } = await session.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations',
  )
  if (rows.length === 0 || rows.some(({ name }) => name === baseline)) return
  throw new StartupError(
    'A Passbook of before the first release made this database, and this one cannot bring it up to date: set DATA_DIR to a new folder or DATABASE_URL to an empty database, and load your data there again.',
  )
}

async function applyMigrations(
  databaseUrl: string,
  session: pg.Client,
): Promise<readonly string[]> {
  const migrationsList = await readMigrations()
  await requireBaseline(session, migrationsList.migrationDirectories[0]?.path ?? '')
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
