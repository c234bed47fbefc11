import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { FaultPlan, PlannedFault } from './schedule.ts'
import type { Topology } from './servers/topology.ts'
import { openClient, runSql } from './sql.ts'

/** A kind of fault: what it needs, and how it is done. It is over, and mended, when `run` ends. */
export interface FaultKind extends FaultPlan {
  /** Whether it can be done here; always when not given. */
  readonly isPossible?: (topology: Topology) => boolean
  readonly run: (topology: Topology, fault: PlannedFault) => Promise<void>
}

const APIS = ['api1', 'api2']
const WORKERS = ['worker1', 'worker2']
const MEMBERS = [...APIS, ...WORKERS]
const SLOW_MS = 200
/** More than the server takes, and how many are opened side by side. */
const MAX_CONNECTIONS = 400
const CONNECTIONS_AT_ONCE = 40

/** Ends a process and starts it again when the time of the fault is over. */
const ending = (kind: string, signal: NodeJS.Signals, targets: readonly string[]): FaultKind => ({
  kind,
  targets,
  lasts: [0, 3_000],
  async run(topology, { target, lasts }) {
    const member = topology.memberOf(target)
    await member.end(signal)
    await delay(lasts)
    member.start()
  },
})

/** Ends PostgreSQL and starts it again at once. */
const restarting = (kind: string, end: 'kill' | 'stopFast'): FaultKind => ({
  kind,
  targets: ['postgres'],
  lasts: [500, 2_000],
  async run({ postgres }, { lasts }) {
    await postgres[end]()
    await postgres.start()
    await delay(lasts)
  },
})

/** Changes the way from one process to a server, and mends it. */
const onTheWay = (
  kind: string,
  way: 'toDatabase' | 'toRedis',
  how: 'cut' | 'hold' | 'slow',
  lasts: readonly [number, number],
): FaultKind => ({
  kind,
  targets: MEMBERS.map((name) => `${name} ${way}`),
  lasts,
  async run(topology, fault) {
    const proxy = topology.memberOf(fault.target.split(' ')[0] ?? '')[way]
    if (how === 'slow') proxy.slow(SLOW_MS)
    else proxy[how]()
    await delay(fault.lasts)
    proxy.mend()
  },
})

/** Leaves no room on the database's disk for a while. */
const filling = (kind: string, more: (topology: Topology) => Promise<void>): FaultKind => ({
  kind,
  targets: ['postgres'],
  lasts: [3_000, 7_000],
  isPossible: ({ storage }) => storage.isSmall,
  async run(topology, { lasts }) {
    await topology.fillDisk()
    // The server may end of it.
    await more(topology).catch(() => undefined)
    await delay(lasts)
    await topology.freeDisk()
  },
})

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
    await client.query('ANALYZE idempotency_keys, refresh_tokens, login_throttles, imports')
  } finally {
    await client.end().catch(() => undefined)
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
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
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
    await client.end().catch(() => undefined)
  }
}

const SESSIONS = `FROM pg_stat_activity WHERE datname = current_database()
  AND backend_type = 'client backend' AND application_name <> 'chaos' AND pid <> pg_backend_pid()`

/** Every kind of fault. */
export const FAULTS: readonly FaultKind[] = [
  ending('kill an API process', 'SIGKILL', APIS),
  ending('restart an API process', 'SIGTERM', APIS),
  ending('kill a worker', 'SIGKILL', WORKERS),
  ending('restart a worker', 'SIGTERM', WORKERS),
  {
    kind: 'pause a worker',
    targets: WORKERS,
    lasts: [2_000, 8_000],
    async run(topology, { target, lasts }) {
      const member = topology.memberOf(target)
      member.pause()
      await delay(lasts)
      member.resume()
    },
  },
  restarting('kill PostgreSQL', 'kill'),
  restarting('restart PostgreSQL', 'stopFast'),
  {
    kind: 'pause PostgreSQL',
    targets: ['postgres'],
    lasts: [3_000, 9_000],
    async run({ postgres }, { lasts }) {
      await postgres.pause()
      await delay(lasts)
      postgres.resume()
    },
  },
  {
    kind: 'kill a process of PostgreSQL',
    targets: ['postgres'],
    lasts: [0, 500],
    async run({ postgres }, { lasts }) {
      const [session] = await runSql<{ pid: number }>(
        postgres.url,
        `SELECT pid ${SESSIONS} ORDER BY random() LIMIT 1`,
      )
      if (session) process.kill(session.pid, 'SIGKILL')
      await delay(lasts)
    },
  },
  {
    kind: 'end all sessions',
    targets: ['postgres'],
    lasts: [0, 500],
    async run({ postgres }, { lasts }) {
      await runSql(postgres.url, `SELECT pg_terminate_backend(pid) ${SESSIONS}`)
      await delay(lasts)
    },
  },
  {
    kind: 'kill Redis',
    targets: ['redis'],
    lasts: [0, 6_000],
    async run({ redis }, { lasts }) {
      await redis.kill()
      await delay(lasts)
      await redis.start()
    },
  },
  {
    kind: 'pause Redis',
    targets: ['redis'],
    lasts: [3_000, 9_000],
    async run({ redis }, { lasts }) {
      redis.pause()
      await delay(lasts)
      redis.resume()
    },
  },
  onTheWay('cut off from PostgreSQL', 'toDatabase', 'cut', [200, 5_000]),
  onTheWay('cut off from Redis', 'toRedis', 'cut', [200, 5_000]),
  onTheWay('no word from PostgreSQL', 'toDatabase', 'hold', [3_000, 9_000]),
  onTheWay('no word from Redis', 'toRedis', 'hold', [3_000, 9_000]),
  onTheWay('slow way to PostgreSQL', 'toDatabase', 'slow', [4_000, 9_000]),
  onTheWay('slow way to Redis', 'toRedis', 'slow', [4_000, 9_000]),
  filling('fill the disk', async () => undefined),
  // With no room for the next piece of its log of changes the server gives up.
  filling('fill the disk and the log of changes', async ({ postgres }) => {
    await runSql(postgres.url, 'SELECT pg_switch_wal()')
  }),
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
