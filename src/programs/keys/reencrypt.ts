import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { FieldCrypto } from '../../lib/crypto.ts'
import type { EncryptedColumn, StoredRow } from './encrypted-columns.ts'

/** How long to wait before rows are tried again that others were changing. */
const PAUSE_MS = 200

/** What became of a column. */
export interface Reencrypted {
  readonly changed: number
  /** Values that no key reads. They stay as they are. */
  readonly unreadable: number
}

interface Change {
  readonly row: StoredRow
  readonly value: Uint8Array | undefined
}

const list = (parts: readonly string[]) => parts.join(', ')

/** The next rows of a column that are not under the key, in the order of their key. */
async function readNext(
  session: pg.Client,
  { table, column, key, also, most }: EncryptedColumn,
  header: Buffer,
  after: StoredRow | undefined,
): Promise<readonly StoredRow[]> {
  const names = Object.keys(key)
  const values = after === undefined ? [] : names.map((name) => after[name])
  const bounds = Object.values(key).map((type, index) => `$${index + 2}::${type}`)
  const beyond = after === undefined ? '' : `(${list(names)}) > (${list(bounds)}) AND`
  const { rows } = await session.query<StoredRow>(
    `SELECT ${list([...names, ...also])}, ${column} AS value FROM ${table}
     WHERE ${beyond} substring(${column} FROM 1 FOR ${header.length}) <> $1
     ORDER BY ${list(names)} LIMIT ${most}`,
    [header, ...values],
  )
  return rows
}

/**
 * Replaces values that are still what was read. Rows that somebody else is changing are left for later, so that nobody
 * waits for each other.
 */
async function replace(
  session: pg.Client,
  { table, column, key }: EncryptedColumn,
  changes: readonly Change[],
): Promise<number> {
  const names = Object.keys(key)
  const types = [...Object.values(key), 'bytea', 'bytea']
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`)
  const same = names.map((name) => `stored.${name} = given.${name}`).join(' AND ')
  const { rowCount } = await session.query(
    `WITH given AS (SELECT * FROM unnest(${list(arrays)}) AS given (${list([...names, 'before', 'after'])})),
     free AS MATERIALIZED (
       SELECT ${list(names.map((name) => `stored.${name}`))}, given.after
       FROM given JOIN ${table} stored ON ${same}
       WHERE stored.${column} = given.before FOR NO KEY UPDATE OF stored SKIP LOCKED)
     UPDATE ${table} stored SET ${column} = given.after FROM free given WHERE ${same}`,
    [
      ...names.map((name) => changes.map(({ row }) => row[name])),
      changes.map(({ row }) => row.value),
      changes.map(({ value }) => value && Buffer.from(value)),
    ],
  )
  return rowCount ?? 0
}

/**
 * An answer whose caller was deleted meanwhile is bound to an id that nobody knows any longer. Nobody can ask for it
 * either.
 */
async function forgetLostAnswers(session: pg.Client, lost: readonly StoredRow[]): Promise<void> {
  if (lost.length === 0) return
  await session.query('DELETE FROM idempotency_keys WHERE id = ANY ($1) AND user_id IS NULL', [
    lost.map(({ id }) => id),
  ])
}

function encryptAnew(crypto: FieldCrypto, { address }: EncryptedColumn, row: StoredRow): Change {
  const place = address(row)
  try {
    return { row, value: crypto.encryptBytes(place, crypto.decryptBytes(place, row.value)) }
  } catch {
    return { row, value: undefined }
  }
}

/** Goes through a column once. @returns also how many values it found that a key reads */
async function goThrough(
  session: pg.Client,
  crypto: FieldCrypto,
  column: EncryptedColumn,
  header: Buffer,
): Promise<Reencrypted & { readonly found: number }> {
  const done = { found: 0, changed: 0, unreadable: 0 }
  const nobodys = ({ user_id }: StoredRow) =>
    column.table === 'idempotency_keys' && user_id === null
  let after: StoredRow | undefined
  for (;;) {
    const rows = await readNext(session, column, header, after)
    if (rows.length === 0) return done
    after = rows.at(-1)
    const changes = rows.map((row) => encryptAnew(crypto, column, row))
    const unread = changes.filter(({ value }) => value === undefined).map(({ row }) => row)
    await forgetLostAnswers(session, unread.filter(nobodys))
    const readable = changes.filter(({ value }) => value !== undefined)
    done.changed += await replace(session, column, readable)
    done.found += readable.length
    done.unreadable += unread.filter((row) => !nobodys(row)).length
  }
}

/**
 * Encrypts all values of a column under the current key, in batches that requests hardly notice. It begins again until
 * it finds none under another key, so it may be ended at any time and started again.
 */
export async function reencrypt(
  session: pg.Client,
  crypto: FieldCrypto,
  column: EncryptedColumn,
  keyId: string,
): Promise<Reencrypted> {
  const header = Buffer.from([keyId.length, ...Buffer.from(keyId)])
  let changed = 0
  for (;;) {
    const once = await goThrough(session, crypto, column, header)
    changed += once.changed
    if (once.found === 0) return { changed, unreadable: once.unreadable }
    await delay(PAUSE_MS)
  }
}
