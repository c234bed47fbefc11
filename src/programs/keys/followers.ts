import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { StartupError } from '../../errors.ts'

/** A process that was not seen for so long does not run. */
const MAX_SILENCE = "interval '15 seconds'"
/** How long running processes may take to follow a change. */
const MAX_FOLLOW_MS = 60_000
const PAUSE_MS = 200

/** Limits of a rotation, which tests shorten. */
export interface Patience {
  /** How long a request may use what it read of the keys before its transaction begins: no longer than it may take. */
  readonly requestMs: number
}

/** @throws StartupError when a running process lacks one of the keys */
export async function assertAllHave(session: pg.Client, keyIds: readonly string[]): Promise<void> {
  const { rows } = await session.query<{ count: number }>(
    `SELECT count(*)::int FROM key_holders
     WHERE seen_at > now() - ${MAX_SILENCE} AND NOT key_ids @> $1::text[]`,
    [keyIds],
  )
  const count = rows[0]?.count ?? 0
  if (count === 0) return
  throw new StartupError(
    `${count} running processes do not have the keys ${keyIds.join(', ')} yet; start them again with these, then run this again.`,
  )
}

/**
 * Waits until every running process uses the keys of this version, and whatever began before has ended.
 *
 * @throws StartupError when a process does not follow
 */
export async function awaitFollowers(session: pg.Client, patience: Patience): Promise<void> {
  const deadline = Date.now() + MAX_FOLLOW_MS
  for (;;) {
    const { rows } = await session.query<{ count: number }>(
      `SELECT count(*)::int FROM key_holders, key_use
       WHERE seen_at > now() - ${MAX_SILENCE} AND key_holders.version < key_use.version`,
    )
    if (rows[0]?.count === 0) break
    if (Date.now() > deadline) {
      throw new StartupError(
        `${rows[0]?.count} running processes do not follow; look at their logs, then run this again.`,
      )
    }
    await delay(PAUSE_MS)
  }
  await delay(patience.requestMs)
  await awaitOlderTransactions(session)
}

/** Waits until all transactions have ended that write now, such as the load of a file. */
async function awaitOlderTransactions(session: pg.Client): Promise<void> {
  const { rows: begun } = await session.query<{ xid: string }>(
    'SELECT pg_current_xact_id()::text AS xid',
  )
  for (;;) {
    const { rows } = await session.query<{ ended: boolean }>(
      'SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AS ended',
      [begun[0]?.xid],
    )
    if (rows[0]?.ended) return
    await delay(PAUSE_MS)
  }
}
