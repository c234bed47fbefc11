import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Slot } from '../../lib/crypto.ts'
import { slotColumn } from '../../lib/slot-column.ts'
import type { IndexedTable } from './indexed-tables.ts'

const MOST = 500
/** How long to wait before rows are tried again that others were changing. */
const PAUSE_MS = 200

/** Clears the indexes of a slot, in batches, until no row has any. */
export async function clearSlot(
  session: pg.Client,
  { table, required, indexes }: IndexedTable,
  slot: Slot,
): Promise<void> {
  const sets = Object.entries(indexes).map(
    ([name, { none }]) => `${slotColumn(name, slot)} = ${none}`,
  )
  const isFilled = `${slotColumn(required, slot)} IS NOT NULL`
  for (;;) {
    const { rows: filled } = await session.query<{ id: string }>(
      `SELECT id FROM ${table} WHERE ${isFilled} ORDER BY id LIMIT 1`,
    )
    const [first] = filled
    if (first === undefined) return
    let after = BigInt(first.id) - 1n
    for (;;) {
      const { rows } = await session.query<{ last: string | null }>(
        `WITH cleared AS (
           UPDATE ${table} SET ${sets.join(', ')} WHERE id = ANY (ARRAY (
             SELECT id FROM ${table} WHERE id > $1 AND ${isFilled} ORDER BY id LIMIT ${MOST}
             FOR NO KEY UPDATE SKIP LOCKED)) RETURNING id)
         SELECT max(id) AS last FROM cleared`,
        [after],
      )
      const last = rows[0]?.last ?? null
      if (last === null) break
      after = BigInt(last)
    }
    await delay(PAUSE_MS)
  }
}
