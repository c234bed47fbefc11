import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awaitDatabase } from '../../src/database/await-database.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import {
  createFarewell,
  type DatabaseProxy,
  startDatabaseProxy,
} from '../setup/servers/database-proxy.ts'
import { createDataDir, endProcesses, startProcess } from '../setup/servers/processes.ts'

/** What an end may take that waits for nothing: generous, as the machine may be busy. */
const AT_ONCE_MS = 3_000

const { jwtSecret: JWT_SECRET, encryptionKeys: ENCRYPTION_KEYS } = createSecrets()
let dataDir: Awaited<ReturnType<typeof createDataDir>>
let database: TestDatabase
let proxy: DatabaseProxy

beforeAll(async () => {
  dataDir = await createDataDir()
  database = await createTestDatabase()
  proxy = await startDatabaseProxy(database.url)
})
afterAll(async () => {
  await endProcesses()
  await proxy.close()
  await database.drop()
  await dataDir.remove()
})

const start = (env: Readonly<Record<string, string>> = {}) =>
  startProcess('main', {
    DATABASE_URL: proxy.url,
    DATA_DIR: dataDir.path,
    JWT_SECRET,
    ENCRYPTION_KEYS,
    ...env,
  })

const WAITING = /^Waiting for the database at 127\.0\.0\.1:\d+: .+\.$/m

describe('a program started while its database is down', () => {
  it('waits for it, says so, and serves when it is there', async () => {
    proxy.refuse()
    const started = start()
    await started.seen(WAITING, 'stderr')
    proxy.resume()
    const { status } = await fetch(`${await started.url()}/health/ready`)
    expect(status).toBe(200)
    expect(started.text.stderr).not.toContain(new URL(database.url).password)
    expect((await started.end('SIGTERM')).code).toBe(0)
  }, 60_000)

  it('ends at once when it is told to while it waits', async () => {
    proxy.refuse()
    const started = start()
    await started.seen(WAITING, 'stderr')
    expect((await started.end('SIGTERM')).milliseconds).toBeLessThan(AT_ONCE_MS)
    proxy.resume()
  }, 60_000)

  it('gives up after DATABASE_WAIT_SECONDS', async () => {
    proxy.refuse()
    const started = start({ DATABASE_WAIT_SECONDS: '1' })
    expect((await started.exited).code).toBe(1)
    expect(started.text.stderr).toMatch(/^The database cannot be reached .*\.$/m)
    proxy.resume()
  }, 60_000)
})

describe('awaitDatabase', () => {
  /** A server that ends every connection with an error. @returns how often it was asked */
  async function refusing(code: string, maxSeconds: number) {
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      socket.on('error', () => undefined).end(createFarewell(code))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const lines: string[] = []
    const url = `postgres://a:secret@127.0.0.1:${(server.address() as AddressInfo).port}/c`
    const waiting = awaitDatabase(url, { maxSeconds, say: (line) => lines.push(line) })
    await expect(waiting).rejects.toThrow(/^The database cannot be reached/)
    server.close()
    expect(lines.join()).not.toContain('secret')
    return { connections, lines }
  }

  it('waits for one that is starting up', async () => {
    const { connections, lines } = await refusing('57P03', 1)
    expect(connections).toBeGreaterThan(1)
    expect(lines).toHaveLength(1)
  })

  it.each(['28P01', '28000', '3D000'])(
    'does not wait for one that refuses with %s',
    async (code) => {
      expect(await refusing(code, 60)).toEqual({ connections: 1, lines: [] })
    },
  )
})
