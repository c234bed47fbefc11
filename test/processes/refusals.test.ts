import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { findFreePort } from '../../src/database/embedded/port.ts'
import { readPostmasterFile } from '../../src/database/embedded/postmaster-file.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { queryOnce } from '../setup/figures.ts'
import {
  createDataDir,
  databaseUrl,
  endProcesses,
  readKept,
  startProcess,
  type TestProcess,
} from '../setup/servers/processes.ts'

type Environment = Readonly<Record<string, string>>

const { jwtSecret: JWT_SECRET, encryptionKeys: ENCRYPTION_KEYS } = createSecrets()
const DATABASE_URL = inject('serverUrl')
const given = { DATABASE_URL, JWT_SECRET, ENCRYPTION_KEYS }

/** An address of the run's server that differs in one part. */
function elsewhere(change: Partial<Pick<URL, 'port' | 'password' | 'pathname'>>): string {
  return Object.assign(new URL(DATABASE_URL), change).href
}

/** Waits for the end of a process that should not start, and gives its one sentence. */
async function reasonOf(started: TestProcess): Promise<string> {
  const exit = await started.exited
  const { stdout, ...text } = started.text
  // What the start did before: each line of the log, and nothing else.
  for (const line of stdout.split('\n').filter(Boolean)) {
    expect(JSON.parse(line)).toMatchObject({ level: 'info' })
  }
  expect({ ...exit, ...text }).toEqual({
    code: 1,
    signal: null,
    stderr: expect.stringMatching(/^[A-Z/][^\n]*\.\n$/),
  })
  return started.text.stderr
}

let dataDir: Awaited<ReturnType<typeof createDataDir>>
beforeAll(async () => {
  dataDir = await createDataDir()
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

describe('a Passbook that cannot start says why in one sentence', () => {
  const main = (env: Environment) => startProcess('main', env)

  it.each<[string, Environment, RegExp]>([
    ['no JWT_SECRET', { DATABASE_URL, ENCRYPTION_KEYS }, /^JWT_SECRET is not set.*npm run secrets/],
    [
      'no ENCRYPTION_KEYS',
      { DATABASE_URL, JWT_SECRET },
      /^ENCRYPTION_KEYS is not set.*npm run secrets/,
    ],
    ['a short JWT_SECRET', { ...given, JWT_SECRET: 'short' }, /JWT_SECRET/],
    ['a weak JWT_SECRET', { ...given, JWT_SECRET: 'secret'.repeat(8) }, /^JWT_SECRET is too easy/],
    ['malformed ENCRYPTION_KEYS', { ...given, ENCRYPTION_KEYS: 'k1:abc' }, /^ENCRYPTION_KEYS must/],
    ['no port number', { ...given, PORT: 'http' }, /PORT/],
    ['a port out of range', { ...given, PORT: '65536' }, /PORT/],
    ['an unknown log level', { ...given, LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
    ['another scheme', { ...given, DATABASE_URL: 'mysql://127.0.0.1/x' }, /DATABASE_URL/],
    ['an address that is none', { ...given, DATABASE_URL: 'postgres://%/%' }, /DATABASE_URL/],
    [
      'a wrong database password',
      { ...given, DATABASE_URL: elsewhere({ password: 'no' }) },
      /DATABASE_URL/,
    ],
    [
      'an unknown database',
      { ...given, DATABASE_URL: elsewhere({ pathname: '/none' }) },
      /DATABASE_URL/,
    ],
    ['an address of another machine', { ...given, HOST: '203.0.113.1' }, /203\.0\.113\.1.*HOST/],
    ['a data folder that cannot be', { DATA_DIR: '/dev/null/data' }, /^\/dev\/null\/data/],
  ])(
    '%s',
    async (_, env, reason) => {
      const sentence = await reasonOf(main(env))
      expect(sentence).toMatch(reason)
      for (const secret of [JWT_SECRET, ENCRYPTION_KEYS, new URL(DATABASE_URL).password])
        expect(sentence).not.toContain(secret)
    },
    60_000,
  )

  it('a database that cannot be reached', async () => {
    const password = 'never-shown'
    const url = elsewhere({ port: String(await findFreePort()), password })
    const sentence = await reasonOf(
      main({ ...given, DATABASE_URL: url, DATABASE_WAIT_SECONDS: '0' }),
    )
    expect(sentence).toMatch(/^The database cannot be reached .*DATABASE_URL/)
    expect(sentence).not.toContain(password)
  }, 60_000)

  it.each(['api', 'worker'] as const)(
    'one of several processes (%s) without servers',
    async (program) => {
      expect(await reasonOf(startProcess(program, given))).toMatch(/^REDIS_URL is not set/)
      const redis = { ...given, DATABASE_URL: '', REDIS_URL: 'redis://127.0.0.1' }
      expect(await reasonOf(startProcess(program, redis))).toMatch(/^DATABASE_URL is not set/)
    },
    60_000,
  )

  it('a taken port, and nothing of it stays', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    try {
      await new Promise((resolve) => other.once('listening', resolve))
      const { port } = other.address() as AddressInfo
      const sentence = await reasonOf(
        main({ DATA_DIR: dataDir.path, PORT: String(port), LOG_LEVEL: 'warn' }),
      )
      expect(sentence).toMatch(new RegExp(`^Port ${port} on 127.0.0.1 is taken; set PORT`))
      const gone = async () => expect(await readPostmasterFile(dataDir.pgdata)).toBeUndefined()
      await vi.waitFor(gone, { timeout: 10_000 })
    } finally {
      other.close()
    }
  }, 60_000)

  it('a second Passbook on one data folder, which the first survives', async () => {
    const first = main({ DATA_DIR: dataDir.path })
    const url = await first.url()
    const sentence = await reasonOf(main({ DATA_DIR: dataDir.path }))
    expect(sentence).toMatch(new RegExp(`process ${first.pid}.*already running.*DATA_DIR`))
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect(await first.end('SIGTERM')).toMatchObject({ code: 0 })
  }, 60_000)

  it('secrets that were lost or damaged, and the data is left alone', async () => {
    const before = main({ DATA_DIR: dataDir.path })
    await before.url()
    await before.end('SIGTERM')
    const kept = await readKept(dataDir.path)
    const file = join(dataDir.path, 'secrets.json')
    await writeFile(file, '{"jwtSecret":')
    expect(await reasonOf(main({ DATA_DIR: dataDir.path }))).toMatch(/secrets\.json is damaged/)
    await rm(file)
    expect(await reasonOf(main({ DATA_DIR: dataDir.path }))).toMatch(/secrets\.json is missing/)
    expect(existsSync(file)).toBe(false)
    await writeFile(file, JSON.stringify(kept))
    const again = main({ DATA_DIR: dataDir.path })
    await again.url()
    await again.end('SIGTERM')
  }, 60_000)

  it('a data folder of before the first release', async () => {
    const before = main({ DATA_DIR: dataDir.path })
    await before.url()
    await queryOnce(
      await databaseUrl(dataDir.path),
      `UPDATE _prisma_migrations SET migration_name = '20261120000000_tables'`,
    )
    await before.end('SIGTERM')
    const sentence = await reasonOf(main({ DATA_DIR: dataDir.path }))
    expect(sentence).toMatch(/^A pre-release Passbook made .*DATA_DIR/)
  }, 60_000)
})
