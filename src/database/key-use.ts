import { randomUUID } from 'node:crypto'
import type { FieldCrypto, KeyUse, Slot } from '../lib/crypto.ts'
import { DAY_MS } from '../lib/day.ts'
import type { Log } from '../lib/log.ts'
import type { PlainDatabase } from './client.ts'

/** How often a process asks which keys are in use, and says that it follows. */
const POLL_MS = 2_000
/** What processes leave behind that were killed goes after this time. */
const MAX_SILENCE_MS = 3_600_000
/** Answers to requests are kept, and found by the former index key, for so long. */
export const FORMER_KEY_MS = DAY_MS

/** Notes which keys this process has, and that it follows a version of `key_use`; reads the row. */
const ASK = `
  WITH noted AS (
    INSERT INTO key_holders (id, key_ids, version)
    VALUES ($1::uuid, $2::text[], $3::bigint)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, seen_at = now())
  SELECT * FROM key_use`

/** The row of `key_use`. */
export interface KeyUseRow {
  readonly version: string | bigint
  /** Null in a database that no program has used yet. */
  readonly field_key: string | null
  readonly index_key: string | null
  readonly index_slot: number
  readonly phase: 'settled' | 'filling' | 'switched'
  readonly next_index_key: string | null
  readonly former_index_key: string | null
  readonly switched_at: Date | null
}

/**
 * What a process does in each phase of a rotation:
 *
 * - `settled`: looks up and writes by one index key;
 * - `filling`: writes by both, as the rotation fills the columns of old rows; looks up by the old;
 * - `switched`: writes by both, as others may still look up by the old; looks up by the new.
 *
 * It is settled again once the new key is the one in use; then the rotation clears the old columns. The rotation enters
 * a phase when every process follows the one before. So whoever looks up by a column finds it filled, and a value is
 * unique in each column that is looked up.
 */
export function keyUseOf(row: KeyUseRow, now = Date.now()): KeyUse | undefined {
  const { field_key: fieldKey, index_key, index_slot, phase, next_index_key, switched_at } = row
  if (fieldKey === null || index_key === null) return undefined
  const isRecent = switched_at !== null && now - switched_at.getTime() < FORMER_KEY_MS
  const former = isRecent && row.former_index_key !== null ? [row.former_index_key] : []
  const old = { slot: index_slot as Slot, keyId: index_key }
  if (phase === 'settled' || next_index_key === null) {
    return { fieldKey, lookup: old, writes: [old], former }
  }
  const next = { slot: (3 - index_slot) as Slot, keyId: next_index_key }
  return { fieldKey, lookup: phase === 'filling' ? old : next, writes: [old, next], former }
}

/** Has a process use the keys that the database says, and tells the database which keys it has. */
export function watchKeyUse(deps: {
  /** No caller waits for its statements. */
  readonly unhurried: PlainDatabase
  readonly crypto: FieldCrypto
  readonly log: Log
}) {
  const { unhurried, crypto, log } = deps
  const id = randomUUID()
  let version = 0n
  let timer: NodeJS.Timeout | undefined
  let closed = false

  /** @returns whether something changed */
  async function ask(): Promise<boolean> {
    const [row] = await unhurried.rows<KeyUseRow>(ASK, [id, [...crypto.keyIds], String(version)])
    const keys = row && keyUseOf(row)
    if (keys === undefined) return false
    crypto.use(keys)
    const changed = version !== BigInt(row?.version ?? 0)
    version = BigInt(row?.version ?? 0)
    return changed
  }

  /** Follows a change, and says so at once. */
  async function follow(): Promise<void> {
    if (await ask()) await ask()
  }

  function schedule(): void {
    if (closed) return
    timer = setTimeout(async () => {
      await follow().catch((error: unknown) =>
        log.warn({ err: error }, 'asking which keys are in use failed'),
      )
      schedule()
    }, POLL_MS).unref()
  }

  return {
    /** Begins to follow. To be called before anything is encrypted or looked up. */
    async start(): Promise<void> {
      const silentSince = new Date(Date.now() - MAX_SILENCE_MS)
      await unhurried.rows('DELETE FROM key_holders WHERE seen_at < $1', [silentSince])
      await follow()
      if (timer === undefined) schedule()
    },

    async close(): Promise<void> {
      closed = true
      if (timer === undefined) return
      clearTimeout(timer)
      await unhurried
        .rows('DELETE FROM key_holders WHERE id = $1::uuid', [id])
        .catch(() => undefined)
    },
  }
}
