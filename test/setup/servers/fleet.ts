import { createSecrets } from '../../../src/programs/kept-secrets.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type HttpClient, logIn } from '../http/http-client.ts'
import { endProcesses, startProcess, type TestProcess } from './processes.ts'
import { startRedis, type TestRedis } from './redis.ts'

export type Fleet = Awaited<ReturnType<typeof startFleet>>

const ADMIN_PASSWORD = 'only for these tests'

/**
 * Starts Passbook as several processes with one PostgreSQL and one Redis. The first API process
 * runs at once, with an admin; the test starts other API processes and workers.
 */
export async function startFleet(env: Readonly<Record<string, string>> = {}) {
  const [redis, database]: [TestRedis, TestDatabase] = await Promise.all([
    startRedis(),
    createTestDatabase(),
  ])
  const { jwtSecret, encryptionKeys } = createSecrets()
  const environment = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    JWT_SECRET: jwtSecret,
    ENCRYPTION_KEYS: encryptionKeys,
    DATABASE_POOL_SIZE: '6',
    // Such a small pool would otherwise refuse the tests' bursts of requests.
    MAX_REQUESTS_UNDER_WAY: '100',
    OUTBOX_RETRY_SECONDS: '1',
    ADMIN_USERNAME: 'admin',
    ADMIN_PASSWORD,
    ...env,
  }

  const startApi = (changes: Readonly<Record<string, string>> = {}): TestProcess =>
    startProcess('api', { ...environment, ...changes })

  /** Starts workers and waits until they are ready. */
  async function startWorkers(count: number): Promise<readonly TestProcess[]> {
    const workers = Array.from({ length: count }, () => startProcess('worker', environment))
    await Promise.all(workers.map((worker) => worker.seen(/the worker is ready/)))
    return workers
  }

  const api = startApi()
  const admin: HttpClient = await logIn(await api.url(), 'admin', ADMIN_PASSWORD)
  return {
    redis,
    database,
    environment,
    api,
    admin,
    startApi,
    startWorkers,
    async close(): Promise<void> {
      await endProcesses()
      await redis.close()
      await database.drop()
    },
  }
}
