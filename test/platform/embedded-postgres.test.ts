import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { StartupError } from '../../src/errors.ts'
import { findFreePort } from '../../src/platform/embedded-postgres/port.ts'
import { readPostmasterFile } from '../../src/platform/embedded-postgres/postmaster-file.ts'
import { isAlive, isServerOf } from '../../src/platform/embedded-postgres/processes.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres.ts'

vi.mock(import('../../src/platform/embedded-postgres/port.ts'), async (original) => {
  return { findFreePort: vi.fn((await original()).findFreePort) }
})
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const PASSWORD = "it's #1/2"
let parent: string
let dataDir: string
let pgdata: string
let lines: string[]
const running = new Set<EmbeddedPostgres>()
const owners = new Set<ChildProcess>()

// mkdtemp makes it 0700: under root, PostgreSQL's own account cannot reach the data by its path.
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'passbook-embedded-'))
  dataDir = join(parent, 'data')
  pgdata = join(dataDir, 'postgres')
  lines = []
})

afterEach(async () => {
  for (const owner of owners) owner.kill('SIGKILL')
  await Promise.all([...running].map((server) => server.stop()))
  owners.clear()
  running.clear()
  await serverToEnd()
  await rm(parent, { recursive: true, force: true, maxRetries: 5 })
})

async function start(password = PASSWORD): Promise<EmbeddedPostgres> {
  const log = (line: string) => void lines.push(line)
  const server = await startEmbeddedPostgres({ dataDir, password, log, fast: true })
  running.add(server)
  return server
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** A Passbook of its own process that starts the server and then does nothing. */
async function startOwner(): Promise<{ readonly owner: ChildProcess; readonly url: string }> {
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(join(process.cwd(), 'src/platform/embedded-postgres.ts'))}
    const { url } = await startEmbeddedPostgres(${JSON.stringify({ dataDir, password: PASSWORD, fast: true })})
    console.log(url)`
  const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  owners.add(owner)
  const [url] = (await once(owner.stdout, 'data')) as [Buffer]
  return { owner, url: url.toString().trim() }
}

async function serverPid(): Promise<number> {
  const file = await readPostmasterFile(pgdata)
  if (!file) throw new Error('no server is running')
  return file.pid
}

async function serverToEnd(): Promise<void> {
  const file = await readPostmasterFile(pgdata)
  if (!file) return
  await vi.waitFor(async () => expect(await isServerOf(pgdata, file.pid)).toBe(false), 5000)
}

/** The number of the process that ends this server should its Passbook die. */
async function watchdogOf(server: number): Promise<number> {
  const ps = spawn('ps', ['-A', '-ww', '-o', 'pid=,args='], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = (await ps.stdout.toArray()).join('')
  const line = output.split('\n').find((text) => text.endsWith(`passbook-watchdog ${server}`))
  if (!line) throw new Error('the server has no watchdog')
  return Number.parseInt(line, 10)
}

describe('a first start', () => {
  test('makes a database and keeps all of it in the data folder', async () => {
    const { url } = await start()
    expect(await query(url, 'SELECT current_database() AS name, current_user AS who')).toEqual([
      { name: 'passbook', who: 'passbook' },
    ])
    const shown = await query(
      url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('server_encoding', 'listen_addresses',
        'unix_socket_directories', 'TimeZone', 'jit', 'log_error_verbosity', 'data_checksums')`,
    )
    expect(Object.fromEntries(shown.map(({ name, setting }) => [name, setting]))).toEqual({
      server_encoding: 'UTF8',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      TimeZone: 'UTC',
      jit: 'off',
      log_error_verbosity: 'terse',
      data_checksums: 'on',
    })
    expect(new Set(await readdir(dataDir))).toEqual(new Set(['postgres', 'postgres.log']))
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
    expect(lines).toEqual([`Created a PostgreSQL database in ${pgdata}.`])
  })

  test('clears away what a killed first start left', async () => {
    await mkdir(join(dataDir, '.postgres-new-99999999-abc', 'data'), { recursive: true })
    await start()
    expect(new Set(await readdir(dataDir))).toEqual(new Set(['postgres', 'postgres.log']))
  })

  test('leaves an empty-handed loser when two begin at once', async () => {
    const results = await Promise.allSettled([start(), start()])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: expect.stringMatching(/^Another Passbook \(process \d+\) is already/) },
    })
    expect(new Set(await readdir(dataDir))).toEqual(new Set(['postgres', 'postgres.log']))
  })
})

describe('a later start', () => {
  test('finds the data, and only one of two gets it', async () => {
    const first = await start()
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()

    const results = await Promise.allSettled([start(), start()])
    const winners = results.filter((result) => result.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect(await query(winners[0]?.value.url ?? '', 'SELECT * FROM kept')).toEqual([{ answer: 42 }])
  })

  test('is refused while the folder is in use, with the number of the user', async () => {
    const { url } = await start()
    await expect(start()).rejects.toEqual(
      new StartupError(
        `Another Passbook (process ${process.pid}) is already running on ${dataDir}; stop it, or set DATA_DIR to another folder.`,
      ),
    )
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('is refused with another password, and leaves nothing running', async () => {
    await (await start()).stop()
    await expect(start('other')).rejects.toThrow(/^The password given .* is not the one/)
    expect(await readPostmasterFile(pgdata)).toBeUndefined()
    await start()
  })

  test('is refused on the data of another version, or of another program', async () => {
    await mkdir(pgdata, { recursive: true })
    if (process.getuid?.() === 0) await chown(pgdata, 65534, 65534)
    await writeFile(join(pgdata, 'notes.txt'), 'mine')
    await expect(start()).rejects.toThrow(/holds files that are not a PostgreSQL database/)
    await writeFile(join(pgdata, 'PG_VERSION'), '17\n')
    await expect(start()).rejects.toThrow(/was made by PostgreSQL 17 and this Passbook brings 18/)
    expect(await readFile(join(pgdata, 'notes.txt'), 'utf8')).toBe('mine')
  })

  test.each([
    ['of a process that is no server', () => `${process.ppid}\n/elsewhere\n1\n5432\n\n\n\nready\n`],
    ['without a number', () => ''],
  ])('gets past a lock file %s', async (_, content) => {
    await (await start()).stop()
    await writeFile(join(pgdata, 'postmaster.pid'), content())
    const { url } = await start()
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(isAlive(process.ppid)).toBe(true)
  })

  test('takes another port when its own is taken in between', async () => {
    const other = createServer()
    const taken = await vi
      .importActual<{ findFreePort: typeof findFreePort }>(
        '../../src/platform/embedded-postgres/port.ts',
      )
      .then((actual) => actual.findFreePort())
    other.listen(taken, '127.0.0.1')
    await once(other, 'listening')
    vi.mocked(findFreePort).mockResolvedValueOnce(taken)
    const { url } = await start()
    expect(new URL(url).port).not.toBe(String(taken))
    other.close()
  })
})

describe('an owner that dies', () => {
  test('takes its server along, and the next start recovers', async () => {
    const { owner, url } = await startOwner()
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    owner.kill('SIGKILL')
    await serverToEnd()
    expect(await query((await start()).url, 'SELECT * FROM kept')).toEqual([{ answer: 42 }])
  })

  test('together with the watchdog leaves a server that the next start replaces', async () => {
    const { owner, url } = await startOwner()
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    const orphan = await serverPid()
    process.kill(await watchdogOf(orphan), 'SIGKILL')
    owner.kill('SIGKILL')
    await once(owner, 'exit')

    expect(await query((await start()).url, 'SELECT * FROM kept')).toEqual([{ answer: 42 }])
    expect(await isServerOf(pgdata, orphan)).toBe(false)
    expect(lines).toEqual([expect.stringContaining(`left behind (process ${orphan})`)])
  })
})

describe('a running server', () => {
  test('stops once, however often it is asked to, and its watchdog with it', async () => {
    const server = await start()
    const pid = await serverPid()
    const watchdog = await watchdogOf(pid)
    await Promise.all([server.stop(), server.stop()])
    await server.stop()
    expect(await server.exited).toBe(0)
    expect([isAlive(pid), isAlive(watchdog)]).toEqual([false, false])
  })

  test('tells when it ends by itself', async () => {
    const server = await start()
    const pid = await serverPid()
    const watchdog = await watchdogOf(pid)
    process.kill(pid, 'SIGKILL')
    expect(await server.exited).toBeNull()
    await vi.waitFor(() => expect(isAlive(watchdog)).toBe(false), 5000)
    await server.stop()
  })

  test('stays owned after its sessions were cut off', async () => {
    const { url } = await start()
    const holders = `FROM pg_locks WHERE locktype = 'advisory' AND granted`
    const [cut] = await query(url, `SELECT pid, pg_terminate_backend(pid) AS done ${holders}`)
    expect(cut).toMatchObject({ done: true })
    await vi.waitFor(async () => {
      const [holder] = await query(url, `SELECT pid ${holders} AND pid <> ${cut?.pid}`)
      expect(holder).toBeDefined()
    }, 5000)
    await expect(start()).rejects.toThrow(/^Another Passbook/)
  })

  test('writes no value of a failed statement to its log', async () => {
    const { url } = await start()
    await query(url, 'CREATE TABLE people (email text UNIQUE, age integer)')
    const insert = `INSERT INTO people (email) VALUES ('ada@example.org')`
    await query(url, insert)
    await expect(query(url, insert)).rejects.toThrow(/duplicate key/)
    await expect(query(url, `SELECT 'ada@example.org'::integer`)).rejects.toThrow(/invalid input/)
    expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('ada@')
  })
})
