import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { superuserUrl } from '../../../src/database/embedded/address.ts'
import { readPostmasterFile } from '../../../src/database/embedded/postmaster-file.ts'
import type { KeptSecrets } from '../../../src/programs/kept-secrets.ts'

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export type TestProcess = ReturnType<typeof startProcess>

/**
 * How long to wait for a process's output, in milliseconds; generous, since the machine may be
 * busy.
 */
const MAX_OUTPUT_WAIT_MS = 40_000
/** The banner of an all-in-one process, to its end, and the log line of an API process. */
const URL_LINES = {
  main: /API +(http:\/\/127\.0\.0\.\d:\d+)[\s\S]*Ctrl-C stops it\.\n/,
  api: /Server listening at (http:\/\/127\.0\.0\.\d:\d+)/,
  worker: /Server listening at (http:\/\/127\.0\.0\.\d:\d+)/,
} as const

const live = new Set<TestProcess>()

/**
 * Runs a compiled program of Passbook as in production, with its own environment and nothing of
 * the test's.
 */
export function startProcess(
  program: 'main' | 'api' | 'worker',
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
) {
  const child = spawn(process.execPath, [`dist/programs/${program}.js`, ...args], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      API_PROCESSES: '1',
      LOG_LEVEL: 'info',
      RATE_LIMIT_PER_MINUTE: '0',
      STOP_DELAY_SECONDS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
      for (const check of watchers) check()
    })
  }
  // `close` comes after the last output; `exit` may come before it.
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    live.delete(started)
    return { code, signal }
  })

  /** Waits for matching output. */
  async function seen(
    pattern: RegExp,
    stream: 'stdout' | 'stderr' = 'stdout',
  ): Promise<RegExpExecArray> {
    let check = () => {}
    let timer: NodeJS.Timeout | undefined
    const found = new Promise<RegExpExecArray>((resolve, reject) => {
      const fail = (why: string) =>
        reject(new Error(`${program} ${why} without ${pattern}:\n${text.stdout}${text.stderr}`))
      check = () => {
        const match = pattern.exec(text[stream])
        if (match) resolve(match)
      }
      timer = setTimeout(fail, MAX_OUTPUT_WAIT_MS, 'timed out')
      void exited.then(() => fail('ended'))
      watchers.add(check)
      check()
    })
    return await found.finally(() => {
      clearTimeout(timer)
      watchers.delete(check)
    })
  }

  const started = {
    pid: child.pid as number,
    text,
    exited,
    seen,
    /** Its URL, once it answers. */
    url: async () => (await seen(URL_LINES[program]))[1] as string,
    /** Closes its output, as a reader does that ends. */
    closeOutput() {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    /** Reads no more of its output. @returns what reads on */
    stopReading() {
      child.stdout.pause()
      return () => void child.stdout.resume()
    },
    /**
     * Sends a signal and waits for the process to end.
     *
     * @returns how it ended, and after how many milliseconds
     */
    async end(signal: NodeJS.Signals): Promise<Exit & { readonly milliseconds: number }> {
      const start = performance.now()
      child.kill(signal)
      return { ...(await exited), milliseconds: performance.now() - start }
    },
  }
  live.add(started)
  return started
}

/** The processes that a process of Passbook has forked, by the name of their program. */
export async function childrenOf(pid: number, program: 'api' | 'worker'): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args='])
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/))
  return lines
    .filter(
      ([, parent, , file = '']) => parent === String(pid) && basename(file) === `${program}.js`,
    )
    .map(([child]) => Number(child))
}

/** Kills every process that is still running. */
export async function endProcesses(): Promise<void> {
  await Promise.all([...live].map((started) => started.end('SIGKILL')))
}

/** A data folder that does not exist yet, inside a new parent folder. */
export async function createDataDir() {
  const parent = await mkdtemp(join(tmpdir(), 'passbook-process-'))
  const path = join(parent, 'data')
  return {
    path,
    pgdata: join(path, 'postgres'),
    remove: () => rm(parent, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  }
}

/** The secrets that Passbook keeps in a data folder. */
export const readKept = async (dataDir: string): Promise<KeptSecrets> =>
  JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8'))

/** The superuser's URL of the embedded database while Passbook runs on the folder. */
export async function databaseUrl(dataDir: string): Promise<string> {
  const file = await readPostmasterFile(join(dataDir, 'postgres'))
  if (file?.status !== 'ready') throw new Error(`no database runs on ${dataDir}`)
  return superuserUrl(file.port, (await readKept(dataDir)).databasePassword, 'passbook')
}

/** The process id of the embedded PostgreSQL on a data folder. */
export async function postgresPid(dataDir: string): Promise<number> {
  const file = await readPostmasterFile(join(dataDir, 'postgres'))
  if (file === undefined) throw new Error(`no database runs on ${dataDir}`)
  return file.pid
}
