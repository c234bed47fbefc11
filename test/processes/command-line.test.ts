import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FailedJob } from '../../src/events/queue.ts'
import { type Command, usageOf } from '../../src/lib/command-line.ts'
import * as commands from '../../src/programs/commands.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import { failJobs } from '../setup/fail-jobs.ts'
import { runByNpm, runScript, scripts } from '../setup/run-script.ts'
import { createDataDir, endProcesses, startProcess } from '../setup/servers/processes.ts'

let folder: string
let database: TestDatabase
let served: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-commands-'))
  database = await createTestDatabase()
  const { jwtSecret, encryptionKeys } = createSecrets()
  await database.query(
    `INSERT INTO users (username, username_key, role, name, name_index, search_index)
     VALUES ('chief', 'chief', 'admin', '', '', '{}')`,
  )
  served = {
    DATABASE_URL: database.url,
    JWT_SECRET: jwtSecret,
    ENCRYPTION_KEYS: encryptionKeys,
    DATA_DIR: join(folder, 'logs-only'),
  }
})
afterAll(async () => {
  await endProcesses()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const LANE = { user_id: 7, endpoint_id: 8, lease: '00000000-0000-4000-8000-000000000000' }

/** Nothing is there, and nothing can be reached. */
const nowhere = () => ({ DATA_DIR: join(folder, 'none') })

/** Those that pass on to Vitest what they do not know. */
const isTest = (name: string) => /^test(?!:postman)/.test(name)
const callOf = (name: string) =>
  name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`

/** The programs' own tables of what they take. */
const programs = new Map<string, Command>(
  Object.values(commands).map((command) => [command.name, command]),
)

describe('every script of package.json', () => {
  it.each(Object.keys(scripts))(
    '%s prints its usage with --help, and does nothing',
    async (name) => {
      const { code, stdout, stderr } = await runScript(name, ['--help'], nowhere())
      expect([code, stdout.split(' -- ')[0]]).toEqual([0, `Usage: ${callOf(name)}`])
      expect(stdout).toMatch(/^ {2}--json .+\n {2}--help .+\n\n/m)
      const program = programs.get(name)
      if (program) expect([stdout, stderr]).toEqual([usageOf(program), ''])
      expect(await readdir(folder)).not.toContain('none')
    },
  )

  it('is given its arguments by npm', async () => {
    const [byNpm, script] = await Promise.all(
      [runByNpm, runScript].map((run) => run('import', ['--json', '--name', 'a b'], nowhere())),
    )
    expect(byNpm?.code).toBe(2)
    expect(byNpm).toMatchObject({ stdout: script?.stdout, stderr: script?.stderr })
  })

  it.each(Object.keys(scripts))('%s refuses wrong arguments with exit code 2', async (name) => {
    const wrong = isTest(name) ? '--report' : '--wrong'
    const { code, stdout, stderr } = await runScript(name, ['--json', wrong], nowhere())
    const { error } = JSON.parse(stdout)
    expect([code, stderr]).toEqual([2, `${error}\n`])
    expect(error).toMatch(/^(Unknown option|Option) '--.+; see `npm .+ -- --help`\.$/)
    expect(error).toContain(callOf(name))
    expect(await readdir(folder)).not.toContain('none')
  })
})

describe('every program', () => {
  it('has a table', () => {
    const started = Object.entries(scripts).filter(([, script]) => script.includes('start.mjs'))
    expect(started.map(([name]) => name).sort()).toEqual([...programs.keys()].sort())
  })

  it.each([
    ['start', [], { DATABASE_URL: 'mysql://x' }, /DATABASE_URL/],
    ['api', [], {}, /^DATABASE_URL is not set/],
    ['worker', [], {}, /^DATABASE_URL is not set/],
    ['migrate', [], {}, /^There is no data in /],
    ['jobs', ['list'], {}, /^There is no data in /],
    ['keys', ['status'], {}, /^There is no data in /],
    ['keys', ['add'], {}, /^There are no keys in /],
    ['verify', [], {}, /^There is no data in /],
    ['etl', ['--out', '/dev/null/x.csv'], { DATA_DIR: '/dev/null/x' }, /cannot be written/],
    ['import', ['/no/file.csv'], {}, /^There is no data in /],
    ['demo', ['/no/users.csv', '/no/transactions.csv'], {}, /^There is no file \/no\/users\.csv/],
  ] as const)('%s fails with one sentence', async (name, args, env, reason) => {
    const given = { ...nowhere(), ...env }
    const { code, stdout, stderr } = await runScript(name, [...args, '--json'], given)
    expect(code).toBe(1)
    const { error } = JSON.parse(stdout)
    expect(error).toMatch(reason)
    expect(stderr).toBe(`${error}\n`)
  })
})

describe('with --json a program prints one document', () => {
  const documentOf = async (name: string, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await runScript(name, [...args, '--json'], served)
    expect([code, stderr]).toEqual([0, expect.any(String)])
    return JSON.parse(stdout)
  }

  it('migrate', async () => {
    expect(await documentOf('migrate')).toEqual({ applied: [] })
  })

  it('jobs', async () => {
    expect(await documentOf('jobs', 'list')).toEqual({ failed: [] })
    expect(await documentOf('jobs', 'retry')).toEqual({ put_back: 0 })
  })

  it('jobs, with those of both queues', async () => {
    const users = { user_ids: [7] }
    const failing = {
      recomputeStatistics: users,
      computeCreditScores: users,
      raiseAlerts: users,
      deliverWebhooks: LANE,
    }
    await failJobs(database.url, failing)
    const { failed } = await documentOf('jobs', 'list')
    const found = failed.map(({ consumer, data }: FailedJob) => [consumer, data])
    expect(Object.fromEntries(found)).toEqual(failing)
    const { id } = failed.find(({ consumer }: FailedJob) => consumer === 'deliverWebhooks')
    expect(await documentOf('jobs', 'retry', id)).toEqual({ put_back: 1 })
    expect((await documentOf('jobs', 'list')).failed).toHaveLength(3)
    expect(await documentOf('jobs', 'retry')).toEqual({ put_back: 3 })
  })

  it('secrets', async () => {
    expect(await documentOf('secrets')).toEqual({
      JWT_SECRET: expect.stringMatching(/^.{64}$/),
      ENCRYPTION_KEYS: expect.stringContaining('index:'),
    })
  })

  it('keys', async () => {
    const { added, ENCRYPTION_KEYS } = await documentOf('keys', 'add')
    expect(added).toEqual(['k2', 'index2'])
    expect(ENCRYPTION_KEYS.endsWith(`,${served['ENCRYPTION_KEYS']}`)).toBe(true)
    expect(await documentOf('keys', 'status')).toMatchObject({
      rotation_under_way: false,
      keys: [
        { id: 'index', kind: 'index', current: true, may_go: false },
        { id: 'k1', kind: 'field', current: true, may_go: false },
      ],
    })
  })

  it('import', async () => {
    const path = join(folder, 'orders.csv')
    await writeFile(path, 'a,b\n1,2\n')
    expect(await documentOf('import', path)).toMatchObject({
      name: 'orders',
      status: 'completed',
      rows_loaded: 1,
    })
  })

  it('start, and its log goes to standard error', async () => {
    const { path, remove } = await createDataDir()
    const started = startProcess('main', { DATA_DIR: path }, ['--json'])
    await started.seen(/\n}\n$/)
    const { url, docs, data, admin } = JSON.parse(started.text.stdout)
    expect(admin).toEqual({ username: 'admin', password: expect.any(String) })
    expect([data, docs]).toEqual([path, `${url}/docs`])
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    expect(await started.end('SIGTERM')).toMatchObject({ code: 0 })
    expect(JSON.parse(started.text.stdout).url).toBe(url)
    expect(started.text.stderr).toContain('"msg":"stopping')
    await remove()
  }, 60_000)
})
