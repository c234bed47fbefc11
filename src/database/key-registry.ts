import type pg from 'pg'
import { StartupError } from '../errors.ts'
import { firstKeys, type KeyCheck } from '../lib/encryption-keys.ts'
import { connectDedicated } from './dedicated-connection.ts'
import { codeOf } from './errors.ts'
import type { Snapshot } from './snapshot.ts'

/** A start waits no longer than this for another one's key check. */
const LIMITS = { statement: 60_000, lock: 10_000, connect: 10_000 }
/** PostgreSQL's codes for a missing table and a missing column. */
const NOT_MIGRATED = ['42P01', '42703']

/** The keys of a program. */
export interface KnownKeys {
  readonly checks: readonly KeyCheck[]
  /** Where they come from, as named in an error message. */
  readonly source: string
  /**
   * Whether they decrypt stored data; asked only if a database with data has no check values yet.
   */
  readonly fits: (stored: Pick<Snapshot, 'rows'>) => Promise<boolean>
}

const BRING_BACK =
  'bring the old one back, as what it was used for cannot be read or found without it'

interface StoredCheck extends KeyCheck {
  /** Whether nothing is stored under it any longer, so that it may be missing. */
  readonly retired: boolean
}

/** @throws StartupError naming the first key that differs or is missing, never its value */
function assertSame(stored: readonly StoredCheck[], { checks, source }: KnownKeys): void {
  const known = new Map(checks.map(({ id, value }) => [id, Buffer.from(value)]))
  for (const { id, value, retired } of stored) {
    const given = known.get(id)
    if (given === undefined && retired) continue
    if (given === undefined) {
      throw new StartupError(
        `${source} lacks the key ${id}, which values in this database need; put it back after the new one.`,
      )
    }
    if (!given.equals(value)) {
      throw new StartupError(
        `The key ${id} of ${source} is not the one this database was filled with; ${BRING_BACK}.`,
      )
    }
  }
}

async function compare(session: pg.Client, keys: KnownKeys): Promise<void> {
  // Serialise simultaneous starts: the first one stores the keys that the others are compared with.
  await session.query('LOCK TABLE encryption_keys IN EXCLUSIVE MODE')
  const { rows } = await session.query<StoredCheck>(
    `SELECT key_id AS id, check_value AS value, coalesce(retired_at <= now(), false) AS retired
     FROM encryption_keys ORDER BY created_at, key_id`,
  )
  assertSame(rows, keys)
  const stored: Pick<Snapshot, 'rows'> = {
    rows: async (query) => (await session.query(query)).rows,
  }
  if (rows.length === 0 && !(await keys.fits(stored))) {
    throw new StartupError(
      `The keys of ${keys.source} are not those this database was filled with; ${BRING_BACK}.`,
    )
  }
  for (const { id, value } of keys.checks) {
    await session.query(
      'INSERT INTO encryption_keys (key_id, check_value) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [id, value],
    )
  }
  const { fieldKey, indexKey } = firstKeys(keys.checks.map(({ id }) => id))
  await session.query(
    `UPDATE key_use SET field_key = coalesce(field_key, $1), index_key = coalesce(index_key, $2)
     WHERE field_key IS NULL OR index_key IS NULL`,
    [fieldKey, indexKey],
  )
}

/**
 * Compares a program's keys with those the migrated database was filled with, and stores check
 * values of new ones. A database without data begins to use the first of them; a new key is used once `npm run keys`
 * says so. A refusal changes nothing.
 *
 * @throws StartupError if a key differs or is missing, or the database is not migrated
 */
export async function requireFittingKeys(databaseUrl: string, keys: KnownKeys): Promise<void> {
  const session = await connectDedicated(databaseUrl, 'passbook', LIMITS)
  try {
    await session.query('BEGIN')
    await compare(session, keys)
    await session.query('COMMIT')
  } catch (error) {
    if (!NOT_MIGRATED.includes(codeOf(error))) throw error
    throw new StartupError('The database is not up to date; run `npm run migrate` first.', {
      cause: error,
    })
  } finally {
    await session.end().catch(() => undefined)
  }
}
