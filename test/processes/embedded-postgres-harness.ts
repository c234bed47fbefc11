import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.ts'
import { readPostmasterFile } from '../../src/database/embedded/postmaster-file.ts'
import { isServerOf } from '../../src/database/embedded/processes.ts'

export const PASSWORD = "it's #1/2"

// mkdtemp makes it 0700: under root, PostgreSQL's own account cannot reach the data by its path.
const makeParent = () => mkdtemp(join(tmpdir(), 'passbook-embedded-'))

/** A data folder for each test. What runs on it after the test is ended, and the folder removed. */
export class DataFolder {
  dataDir = ''
  /** What the starts said. */
  lines: string[] = []
  readonly #servers = new Set<EmbeddedPostgres>()
  readonly #owners = new Set<ChildProcess>()
  #made = ''

  constructor() {
    // Made once, as making a database takes longer than starting a server.
    beforeAll(async () => {
      this.#made = this.dataDir = join(await makeParent(), 'data')
      await (await this.start()).stop()
    })
    afterAll(() => rm(join(this.#made, '..'), { recursive: true, force: true }))
    beforeEach(async () => {
      this.dataDir = join(await makeParent(), 'data')
      this.lines = []
    })
    afterEach(async () => {
      for (const owner of this.#owners) owner.kill('SIGKILL')
      await Promise.all([...this.#servers].map((server) => server.stop()))
      this.#owners.clear()
      this.#servers.clear()
      await this.serverToEnd()
      await rm(join(this.dataDir, '..'), { recursive: true, force: true, maxRetries: 5 })
    })
  }

  get pgdata(): string {
    return join(this.dataDir, 'postgres')
  }

  /** Fills the folder with a database that an earlier run has made. */
  async useMadeDatabase(): Promise<void> {
    const [code] = await once(spawn('cp', ['-Rp', this.#made, this.dataDir]), 'exit')
    expect(code).toBe(0)
  }

  async start(password = PASSWORD): Promise<EmbeddedPostgres> {
    const { dataDir, lines } = this
    const log = (line: string) => void lines.push(line)
    const server = await startEmbeddedPostgres({ dataDir, password, log, fast: true })
    this.#servers.add(server)
    return server
  }

  /** A Passbook in a process of its own that starts the server and then does nothing. */
  async startOwner(): Promise<{ readonly owner: ChildProcess; readonly url: string }> {
    const module = join(process.cwd(), 'src/database/embedded/embedded-postgres.ts')
    const options = { dataDir: this.dataDir, password: PASSWORD, fast: true }
    const program = `
      import { startEmbeddedPostgres } from ${JSON.stringify(module)}
      console.log((await startEmbeddedPostgres(${JSON.stringify(options)})).url)`
    const owner = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    this.#owners.add(owner)
    const [url] = (await once(owner.stdout, 'data')) as [Buffer]
    return { owner, url: url.toString().trim() }
  }

  async serverPid(): Promise<number> {
    const file = await readPostmasterFile(this.pgdata)
    if (!file) throw new Error('no server is running')
    return file.pid
  }

  async serverToEnd(): Promise<void> {
    const file = await readPostmasterFile(this.pgdata)
    if (!file) return
    await vi.waitFor(async () => expect(await isServerOf(this.pgdata, file.pid)).toBe(false), 5000)
  }
}

/** One statement in a session of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** The number of the process that ends this server should its Passbook die. */
export async function watchdogOf(server: number): Promise<number> {
  const ps = spawn('ps', ['-A', '-ww', '-o', 'pid=,args='], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = (await ps.stdout.toArray()).join('')
  const line = output.split('\n').find((text) => text.endsWith(`passbook-watchdog ${server}`))
  if (!line) throw new Error('the server has no watchdog')
  return Number.parseInt(line, 10)
}
