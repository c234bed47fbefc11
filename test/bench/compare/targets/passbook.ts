import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { findFreePort } from '../../../../src/database/embedded/port.ts'
import type { Opened } from '../../../chaos/servers/topology.ts'
import { logIn } from '../../../setup/http/http-client.ts'
import type { BenchOptions } from '../options.ts'
import { startServer } from '../system/server.ts'
import type { Services } from '../system/services.ts'
import type { Api } from '../works.ts'
import { bodyOf } from './bodies.ts'
import { poolSizeOf, type Target } from './target.ts'

export const ADMIN = { username: 'admin', password: 'only for this measurement' } as const
const START = 'scripts/start.mjs'
const MAX_SETTLE_MS = 300_000
const POLL_MS = 20
/** A process lets so many wait for each one that it works on (src/http/overload/admission.ts). */
const WAITING_PER_PERMIT = 4

const api: Api = {
  live: () => ({ method: 'GET', path: '/health/live' }),
  analytics: (user) => ({ method: 'GET', path: `/v1/users/${user}/analytics` }),
  user: (user) => ({ method: 'GET', path: `/v1/users/${user}` }),
  history: (user, page) => ({
    method: 'GET',
    path: `/v1/users/${user}/transactions?page=${page}&per_page=20`,
  }),
  create: (transaction) => bodyOf('/v1/transactions', transaction),
  bulk: (transactions) => bodyOf('/v1/transactions/bulk', { mode: 'atomic', transactions }),
}

/** Waits until no change waits for its consequences any more. */
async function settle(client: pg.Client): Promise<void> {
  for (const start = performance.now(); ; await delay(POLL_MS)) {
    const { rows } = await client.query('SELECT EXISTS (SELECT FROM outbox) AS waits')
    if (rows[0].waits === false) return
    if (performance.now() - start > MAX_SETTLE_MS) throw new Error('figures did not become current')
  }
}

/** What processes of Passbook get to know, beside their ports. */
export function environmentOf(
  services: Services,
  { processes, connections }: BenchOptions,
): Readonly<Record<string, string>> {
  const permits = Math.ceil(Math.max(...connections) / WAITING_PER_PERMIT)
  return {
    NODE_ENV: 'production',
    DATABASE_URL: services.passbookUrl,
    REDIS_URL: services.redisUrl,
    JWT_SECRET: services.secrets.jwtSecret,
    ENCRYPTION_KEYS: services.secrets.encryptionKeys,
    ADMIN_USERNAME: ADMIN.username,
    ADMIN_PASSWORD: ADMIN.password,
    DATA_DIR: join(services.folder, 'passbook'),
    API_PROCESSES: String(processes),
    DATABASE_POOL_SIZE: String(poolSizeOf(processes)),
    RATE_LIMIT_PER_MINUTE: '0',
    ACCESS_TOKEN_SECONDS: '86400',
    // Peers refuse nobody either: one process has room for all connections.
    ...(permits > 24 && { MAX_REQUESTS_UNDER_WAY: String(permits) }),
  }
}

/** Passbook as its users run it: what `npm run api` and `npm run worker` start. */
export async function startPassbook(services: Services, options: BenchOptions, opened: Opened) {
  const env = environmentOf(services, options)
  const ports = { api: await findFreePort(), worker: await findFreePort() }
  const start = (program: 'api' | 'worker', port: Readonly<Record<string, string>>) =>
    startServer(
      {
        name: `Passbook's ${program}`,
        command: process.execPath,
        args: [START, program],
        env: { ...env, ...port },
        log: join(services.folder, `${program}.log`),
        readyUrl: `http://127.0.0.1:${ports[program]}/health/ready`,
      },
      opened,
    )
  const server = await start('api', { PORT: String(ports.api) })
  const worker = await start('worker', { WORKER_PORT: String(ports.worker) })
  const client = new pg.Client({ connectionString: services.passbookUrl })
  await client.connect()
  opened('the connection to the database', () => client.end())
  const url = `http://127.0.0.1:${ports.api}`
  const { token } = await logIn(url, ADMIN.username, ADMIN.password)
  await settle(client)
  return {
    name: 'passbook',
    url,
    token: token as string,
    api,
    pid: server.pid,
    workerPid: worker.pid,
    workerUrl: `http://127.0.0.1:${ports.worker}`,
    settle: () => settle(client),
  } as const satisfies Target & { readonly workerUrl: string }
}

export type Passbook = Awaited<ReturnType<typeof startPassbook>>
