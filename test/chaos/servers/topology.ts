import { setTimeout as delay } from 'node:timers/promises'
import { poll } from '../../../src/database/embedded/poll.ts'
import { findFreePort } from '../../../src/database/embedded/port.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { createSecrets } from '../../../src/programs/kept-secrets.ts'
import { startRedis } from '../../setup/servers/redis.ts'
import type { Findings } from '../findings.ts'
import { createMember, type Member } from './member.ts'
import { startPostgres } from './postgres.ts'
import type { Storage } from './storage.ts'

export type Topology = Awaited<ReturnType<typeof openTopology>>

/** Is told of something that has to be closed in the end, however that comes, and how. */
export type Opened = (name: string, close: () => Promise<void>) => void

/** An API process, and where it answers, from start to start. */
export type ApiMember = Member & { readonly url: string }

export const ADMIN = { username: 'admin', password: 'only for this chaos' } as const

/** Access tokens live so long, in seconds, that clients have to exchange them within a run. */
export const ACCESS_TOKEN_SECONDS = 60

const RESTART_MS = 1_000
/** On a busy machine; others take 3,000. */
const MAX_START_MS = 120_000

interface Shape {
  /** Processes of each kind; 2 when not given. */
  readonly processes?: number
  /** More of their environment. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * The service as several processes over one PostgreSQL and one Redis.
 *
 * @param opened told of each part that has to be closed, and how
 */
export async function openTopology(
  storage: Storage,
  keepsRedis: boolean,
  findings: Findings,
  opened: Opened,
  shape: Shape = {},
) {
  const postgres = await startPostgres(storage)
  opened('PostgreSQL', postgres.close)
  const redis = await startRedis({ keeps: keepsRedis })
  opened('Redis', redis.close)
  const secrets = createSecrets()
  await migrate(postgres.url)
  const env = {
    JWT_SECRET: secrets.jwtSecret,
    ENCRYPTION_KEYS: secrets.encryptionKeys,
    ADMIN_USERNAME: ADMIN.username,
    ADMIN_PASSWORD: ADMIN.password,
    ACCESS_TOKEN_SECONDS: String(ACCESS_TOKEN_SECONDS),
    DATABASE_POOL_SIZE: '8',
    OUTBOX_RETRY_SECONDS: '1',
    STATISTICS_REFRESH_SECONDS: '20',
    // Low enough to be counted, too high to be reached.
    RATE_LIMIT_PER_MINUTE: '1000000',
    DATA_DIR: `${storage.folder}/data`,
    ...shape.env,
  }
  async function member(
    name: string,
    program: 'api' | 'worker',
    more: Record<string, string> = {},
  ): Promise<Member> {
    const created = await createMember({
      name,
      program,
      env: { ...env, ...more },
      databaseUrl: postgres.url,
      redisPort: redis.port,
      onUnexpectedEnd: (how) => findings.add('process that ended or did not end', how),
    })
    opened(name, created.close)
    return created
  }
  async function api(name: string): Promise<ApiMember> {
    const port = String(await findFreePort())
    return { ...(await member(name, 'api', { PORT: port })), url: `http://127.0.0.1:${port}` }
  }
  const apis: ApiMember[] = []
  const workers: Member[] = []
  for (let number = 1; number <= (shape.processes ?? 2); number += 1) {
    apis.push(await api(`api${number}`))
    workers.push(await member(`worker${number}`, 'worker'))
  }
  const members: readonly Member[] = [...apis, ...workers]

  let isDiskFull = false
  postgres.whenEnded(async (code) => {
    if (!isDiskFull) findings.add('process that ended', `PostgreSQL ended with exit code ${code}`)
    while (!postgres.isRunning() && !postgres.isClosed()) {
      await delay(RESTART_MS)
      if (!isDiskFull) await postgres.start()
    }
  })

  return {
    postgres,
    redis,
    storage,
    apis,
    workers,
    members,
    encryptionKeys: secrets.encryptionKeys,
    memberOf(name: string): Member {
      const found = members.find((each) => each.name === name)
      if (found === undefined) throw new Error(`there is no process ${name}`)
      return found
    },
    async fillDisk(): Promise<void> {
      isDiskFull = true
      await storage.fill()
    },
    async freeDisk(): Promise<void> {
      await storage.free()
      isDiskFull = false
    },
    /**
     * Starts all processes and waits until they work.
     *
     * @returns how long that took, in milliseconds
     * @throws Error when they don't come to it
     */
    async startAll(): Promise<number> {
      const since = performance.now()
      for (const each of members) each.start()
      const areReady = async () => members.every((each) => each.isReady()) || undefined
      if (!(await poll(areReady, MAX_START_MS))) throw new Error('not all processes started')
      return performance.now() - since
    },
    /** Takes every fault back that is still there. */
    async mendAll(): Promise<void> {
      await storage.free()
      isDiskFull = false
      postgres.resume()
      redis.resume()
      if (!postgres.isRunning()) await postgres.start()
      if (redis.exit() !== undefined) await redis.start()
      for (const each of members) {
        each.toDatabase.mend()
        each.toRedis.mend()
        each.resume()
        each.start()
      }
    },
  }
}
