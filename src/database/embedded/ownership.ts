import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { type Access, connectMaintenance } from './connection.ts'
import { isAlive } from './processes.ts'

/**
 * The advisory lock by which a running Passbook owns its server. A session holds it as long as the
 * server runs. PostgreSQL releases it when the owner dies, however that happens.
 */
const OWNER_LOCK = 1_885_434_735

const OWNER_NAME = /^passbook-(\d+)$/

/** The `cluster_name` of servers started by this process. */
export const ownerName = `passbook-${process.pid}`

/** What a running server reveals about its owner. */
export interface OwnerState {
  readonly held: boolean
  readonly pid: number | undefined
  readonly alive: boolean
}

/** Inspects the lock without taking it, since the owner may be about to. */
export async function inspectOwner(access: Access): Promise<OwnerState> {
  const client = await connectMaintenance(access)
  try {
    const { rows } = await client.query<{ name: string; held: boolean }>(
      `SELECT current_setting('cluster_name') AS name,
              EXISTS (SELECT FROM pg_locks
                      WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1) AS held`,
      [OWNER_LOCK],
    )
    const pid = Number(OWNER_NAME.exec(rows[0]?.name ?? '')?.[1]) || undefined
    return { held: rows[0]?.held === true, pid, alive: pid === undefined || isAlive(pid) }
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The lock, and the session that holds it. */
export interface Ownership {
  readonly session: pg.Client
  /** Stops replacing lost sessions, and releases the lock once the server has ended. */
  release(ended: Promise<void>): Promise<void>
}

/**
 * Takes the lock and keeps it. The server drops all sessions after one of its processes crashed;
 * the lock is then taken again.
 */
export async function holdOwnership(access: Access): Promise<Ownership> {
  let released = false
  const open = async () => {
    const client = await connectMaintenance(access)
    try {
      await client.query('SELECT pg_advisory_lock($1)', [OWNER_LOCK])
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    client.once('end', () => void reopen())
    return client
  }
  const reopen = async () => {
    while (!released) {
      const client = await open().catch(() => undefined)
      if (client) {
        session = client
        return
      }
      await delay(200, undefined, { ref: false })
    }
  }
  let session = await open()
  return {
    session,
    async release(ended) {
      released = true
      await ended
      await session.end().catch(() => undefined)
    },
  }
}
