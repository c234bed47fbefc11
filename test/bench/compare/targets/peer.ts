import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { findFreePort } from '../../../../src/database/embedded/port.ts'
import type { Opened } from '../../../chaos/servers/topology.ts'
import type { BenchOptions } from '../options.ts'
import { startServer } from '../system/server.ts'
import type { Services } from '../system/services.ts'
import type { Api } from '../works.ts'
import { bodyOf } from './bodies.ts'
import { ADMIN } from './passbook.ts'
import { poolSizeOf, type Target, type TargetName } from './target.ts'

/** How the peers are asked, all of them alike. */
const api: Api = {
  live: () => ({ method: 'GET', path: '/health' }),
  analytics: (user) => ({ method: 'GET', path: `/users/${user}/analytics` }),
  user: (user) => ({ method: 'GET', path: `/users/${user}` }),
  history: (user, page) => ({
    method: 'GET',
    path: `/users/${user}/transactions?page=${page}&per_page=20`,
  }),
  create: (transaction) => bodyOf('/transactions', transaction),
  bulk: (transactions) => bodyOf('/transactions/bulk', { transactions }),
}

const PEERS_REDIS = 1

/** The key of names in the database of all peers. */
export const NAME_KEY = randomBytes(32)

/** A program and what it is started with. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
}

async function logIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  })
  if (!answer.ok) throw new Error(`login answered ${answer.status}`)
  const { access_token: token } = (await answer.json()) as { readonly access_token: string }
  return token
}

/** Starts a peer. @param hasLogin whether it serves more than its health */
export async function startPeer(
  name: TargetName,
  { command, args }: Program,
  hasLogin: boolean,
  services: Services,
  { processes }: BenchOptions,
  opened: Opened,
): Promise<Target> {
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const server = await startServer(
    {
      name,
      command,
      args,
      env: {
        NODE_ENV: 'production',
        PORT: String(port),
        PROCESSES: String(processes),
        DATABASE_URL: services.peersUrl,
        POOL_SIZE: String(poolSizeOf(processes)),
        REDIS_URL: `${services.redisUrl}/${PEERS_REDIS}`,
        JWT_SECRET: services.secrets.jwtSecret,
        ADMIN_USERNAME: ADMIN.username,
        ADMIN_PASSWORD: ADMIN.password,
        NAME_KEY: NAME_KEY.toString('base64'),
      },
      log: join(services.folder, `${name}.log`),
      readyUrl: `${url}/health`,
    },
    opened,
  )
  const token = hasLogin ? await logIn(url) : ''
  return { name, url, token, api, pid: server.pid, settle: async () => undefined }
}
