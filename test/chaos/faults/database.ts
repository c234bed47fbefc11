import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Topology } from '../servers/topology.ts'
import { closeClient, openClient } from '../sql.ts'
import type { FaultKind } from './kind.ts'

/** More than the server takes, and how many are opened side by side. */
const MAX_CONNECTIONS = 400
const CONNECTIONS_AT_ONCE = 40

/** Statements of the database's own housekeeping, at the time when they mislead most. */
async function vacuumEmptied({ postgres }: Topology, until: number): Promise<void> {
  const client = await openClient(postgres.url)
  try {
    while (performance.now() < until) {
      const { rows } = await client.query<{ waiting: boolean }>(
        'SELECT EXISTS (SELECT FROM outbox) AS waiting',
      )
      if (!rows[0]?.waiting) break
      await delay(20)
    }
    await client.query('VACUUM ANALYZE outbox')
    await client.query(
      'ANALYZE idempotency_keys, sessions, refresh_tokens, login_throttles, imports',
    )
  } finally {
    await closeClient(client)
  }
}

/** Takes every connection that the server still has to give. */
async function exhaustConnections({ postgres }: Topology, milliseconds: number): Promise<void> {
  const clients: pg.Client[] = []
  try {
    for (let isFull = false; !isFull && clients.length < MAX_CONNECTIONS; ) {
      const opening = Array.from({ length: CONNECTIONS_AT_ONCE }, () => openClient(postgres.url))
      for (const outcome of await Promise.allSettled(opening)) {
        if (outcome.status === 'fulfilled') clients.push(outcome.value)
        else isFull = true
      }
    }
    await delay(milliseconds)
  } finally {
    await Promise.all(clients.map(closeClient))
  }
}

/** Holds something in a transaction of the fault's own. */
async function inTransaction(
  { postgres }: Topology,
  statements: readonly string[],
  milliseconds: number,
): Promise<void> {
  const client = await openClient(postgres.url)
  try {
    for (const statement of statements) await client.query(statement)
    await delay(milliseconds)
  } finally {
    await closeClient(client)
  }
}

/** Others use the database too, and it keeps house. */
export const DATABASE_FAULTS: readonly FaultKind[] = [
  {
    kind: 'vacuum emptied tables',
    targets: ['statistics'],
    lasts: [2_000, 4_000],
    run: (topology, { lasts }) => vacuumEmptied(topology, performance.now() + lasts),
  },
  {
    kind: 'hold an old snapshot',
    targets: ['snapshot'],
    lasts: [8_000, 16_000],
    run: (topology, { lasts }) =>
      inTransaction(
        topology,
        ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT count(*) FROM outbox'],
        lasts,
      ),
  },
  {
    kind: 'lock users',
    targets: ['lock'],
    lasts: [1_000, 2_000],
    run: (topology, { lasts }) =>
      inTransaction(
        topology,
        ['BEGIN', 'SELECT FROM users WHERE id % 3 = 0 ORDER BY id LIMIT 200 FOR UPDATE'],
        lasts,
      ),
  },
  {
    kind: 'exhaust connections',
    targets: ['connections'],
    lasts: [2_000, 5_000],
    run: (topology, { lasts }) => exhaustConnections(topology, lasts),
  },
]
