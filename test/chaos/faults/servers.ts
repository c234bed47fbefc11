import { setTimeout as delay } from 'node:timers/promises'
import { runSql } from '../sql.ts'
import type { FaultKind } from './kind.ts'

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

const SESSIONS = `FROM pg_stat_activity WHERE datname = current_database()
  AND backend_type = 'client backend' AND application_name <> 'chaos' AND pid <> pg_backend_pid()`

/** PostgreSQL and Redis end, or stand still. */
export const SERVER_FAULTS: readonly FaultKind[] = [
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
]
