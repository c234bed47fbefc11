import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPostmasterFile } from '../../../src/database/embedded/postmaster-file.ts'
import { findRunning } from '../../../src/database/embedded/running.ts'
import type { KeptSecrets } from '../../../src/programs/kept-secrets.ts'

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export type TestProcess = ReturnType<typeof startProcess>

/** How long, in milliseconds, to wait for a process to say something: generous, as the machine may be busy. */
const OUTPUT_MS = 40_000
/** The banner of an all-in-one process, and what the log of an API process says. */
const URL_LINE = /(?:API +|Server listening at )(http:\/\/127\.0\.0\.\d:\d+)/

const live = new Set<TestProcess>()

/**
 * Runs a compiled program of Passbook as whoever deploys it does: with an environment of its own,
 * nothing of the test's in it.
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
      for (const look of watchers) look()
    })
  }
  // `close` comes after the last output, `exit` may not.
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    live.delete(started)
    return { code, signal }
  })

  /** Waits for output that matches. */
  async function seen(
    pattern: RegExp,
    stream: 'stdout' | 'stderr' = 'stdout',
  ): Promise<RegExpExecArray> {
    let look = () => {}
    let timer: NodeJS.Timeout | undefined
    const found = new Promise<RegExpExecArray>((resolve, reject) => {
      const fail = (why: string) =>
        reject(new Error(`${program} ${why} without ${pattern}:\n${text.stdout}${text.stderr}`))
      look = () => {
        const match = pattern.exec(text[stream])
        if (match) resolve(match)
      }
      timer = setTimeout(fail, OUTPUT_MS, 'went on')
      void exited.then(() => fail('ended'))
      watchers.add(look)
      look()
    })
    return await found.finally(() => {
      clearTimeout(timer)
      watchers.delete(look)
    })
  }

  const started = {
    pid: child.pid as number,
    text,
    exited,
    seen,
    /** Where it answers, once it does. */
    url: async () => (await seen(URL_LINE))[1] as string,
    /** Sends a signal and waits for the end. @returns how, and after how many milliseconds */
    async end(signal: NodeJS.Signals): Promise<Exit & { readonly milliseconds: number }> {
      const since = performance.now()
      child.kill(signal)
      return { ...(await exited), milliseconds: performance.now() - since }
    },
  }
  live.add(started)
  return started
}

/** Ends every process that still runs, at once. */
export async function endProcesses(): Promise<void> {
  await Promise.all([...live].map((started) => started.end('SIGKILL')))
}

/** A data folder that does not exist yet, in a folder of its own. */
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

/** The address of the embedded database while Passbook runs on the folder. */
export async function databaseUrl(dataDir: string): Promise<string> {
  const url = await findRunning(dataDir, (await readKept(dataDir)).databasePassword)
  if (url === undefined) throw new Error(`no database runs on ${dataDir}`)
  return url
}

/** The process of the embedded PostgreSQL on a data folder. */
export async function postgresPid(dataDir: string): Promise<number> {
  const file = await readPostmasterFile(join(dataDir, 'postgres'))
  if (file === undefined) throw new Error(`no database runs on ${dataDir}`)
  return file.pid
}
