import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { FieldCrypto, Slot } from '../../lib/crypto.ts'
import { hex } from '../../lib/hex.ts'
import { slotColumn } from '../../lib/slot-column.ts'
import type { IndexedRow, IndexedTable } from './indexed-tables.ts'

const MOST = 500
/** How long to wait before rows are tried again that others were changing. */
const PAUSE_MS = 200

/** The next rows that have no index in a slot. */
async function readNext(
  session: pg.Client,
  { table, sources, also, required }: IndexedTable,
  slot: Slot,
  after: string,
): Promise<readonly IndexedRow[]> {
  const { rows } = await session.query<IndexedRow>(
    `SELECT ${['id', ...sources, ...also].join(', ')} FROM ${table}
     WHERE id > $1 AND ${slotColumn(required, slot)} IS NULL ORDER BY id LIMIT ${MOST}`,
    [after],
  )
  return rows
}

/** A row's indexes, with the values they were made of; undefined where no key reads these. */
function computeEntry(
  crypto: FieldCrypto,
  { sources, compute }: IndexedTable,
  row: IndexedRow,
  slot: Slot,
): object | undefined {
  const values = sources.map((column) => {
    const value = row[column] as Buffer | null
    return [`from_${column}`, value && hex(value)] as const
  })
  try {
    return { id: row.id, ...Object.fromEntries(values), ...compute(crypto, row, slot) }
  } catch {
    return undefined
  }
}

/** Stores indexes where the values that they were made of still stand. */
async function store(
  session: pg.Client,
  { table, sources, required, indexes }: IndexedTable,
  slot: Slot,
  entries: readonly object[],
): Promise<void> {
  const types = [
    ...sources.map((column) => `from_${column} text`),
    ...Object.entries(indexes).map(
      ([name, { type }]) => `${name} ${type === 'bytea' ? 'text' : type}`,
    ),
  ]
  const same = sources.map(
    (column) => `stored.${column} IS NOT DISTINCT FROM decode(given.from_${column}, 'hex')`,
  )
  const sets = Object.entries(indexes).map(([name, { type }]) => {
    const value = type === 'bytea' ? `decode(given.${name}, 'hex')` : `given.${name}`
    return `${slotColumn(name, slot)} = ${value}`
  })
  await session.query(
    `WITH given AS (
       SELECT * FROM json_to_recordset($1::json) AS given (id bigint, ${types.join(', ')})),
     free AS MATERIALIZED (
       SELECT stored.id FROM given JOIN ${table} stored ON stored.id = given.id
       WHERE ${same.join(' AND ')} AND stored.${slotColumn(required, slot)} IS NULL
       FOR NO KEY UPDATE OF stored SKIP LOCKED)
     UPDATE ${table} stored SET ${sets.join(', ')} FROM given JOIN free USING (id) WHERE stored.id = given.id`,
    [JSON.stringify(entries)],
  )
}

/**
 * Fills the indexes of rows that have none in a slot, in batches, until all have. Rows that somebody else is changing
 * come later, so that nobody waits for each other.
 *
 * @returns how many rows no key reads; they stay without
 */
export async function fillSlot(
  session: pg.Client,
  crypto: FieldCrypto,
  indexed: IndexedTable,
  slot: Slot,
): Promise<number> {
  for (;;) {
    let after = '0'
    let found = 0
    let unreadable = 0
    for (;;) {
      const rows = await readNext(session, indexed, slot, after)
      const last = rows.at(-1)
      if (last === undefined) break
      after = last.id
      const entries = rows.flatMap((row) => computeEntry(crypto, indexed, row, slot) ?? [])
      await store(session, indexed, slot, entries)
      found += entries.length
      unreadable += rows.length - entries.length
    }
    if (found === 0) return unreadable
    await delay(PAUSE_MS)
  }
}
