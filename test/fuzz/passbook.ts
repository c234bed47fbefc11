import { readFile } from 'node:fs/promises'
import pg from 'pg'
import {
  createDataDir,
  databaseUrl,
  type Exit,
  endProcesses,
  readKept,
  startProcess,
} from '../setup/servers/processes.ts'

/** Passbook as a process of its own, watched. */
export type Passbook = Awaited<ReturnType<typeof startPassbook>>

interface LogLine {
  readonly level: string
  readonly request_id?: string
  readonly text: string
}

const SERIOUS = ['error', 'fatal']

function readLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return { ...JSON.parse(text), text }
  } catch {
    return undefined
  }
}

/** Starts Passbook on a new data folder. Nothing of it is left after `stop`. */
export async function startPassbook() {
  const dataDir = await createDataDir()
  const running = startProcess('main', {
    DATA_DIR: dataDir.path,
    LOG_LEVEL: 'error',
    ACCESS_TOKEN_SECONDS: '86400',
  })
  let exit: Exit | undefined
  void running.exited.then((how) => {
    exit = how
  })
  async function stop(): Promise<void> {
    if (exit === undefined) await running.end('SIGTERM')
    await endProcesses()
    await dataDir.remove()
  }
  const url = await running.url().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const { adminUsername, adminPassword } = await readKept(dataDir.path)
  const database = new pg.Pool({ connectionString: await databaseUrl(dataDir.path), max: 2 })
  // Ends with the database; what that means for the run is for whoever asks next to say.
  database.on('error', () => undefined)
  let logged = 0
  let stopped: Promise<void> | undefined

  return {
    url,
    admin: { username: adminUsername ?? '', password: adminPassword ?? '' },
    /** Settles when the process has ended. */
    exited: running.exited,
    /** How it ended; undefined while it runs. */
    exit: () => exit,
    /** The last that it printed. */
    lastWords: () => `${running.text.stdout}${running.text.stderr}`.slice(-4_000),
    /** The log lines at level error or fatal since the last call. */
    takeErrors(): readonly LogLine[] {
      const lines = running.text.stdout.slice(logged)
      const whole = lines.lastIndexOf('\n') + 1
      logged += whole
      const found = lines.slice(0, whole).split('\n').map(readLine)
      return found
        .filter((line) => line !== undefined)
        .filter(({ level }) => SERIOUS.includes(level))
    },
    /** Memory in use, in MiB; 0 where the system does not tell. */
    async memory(): Promise<number> {
      const status = await readFile(`/proc/${running.pid}/status`, 'utf8').catch(() => '')
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    },
    /** Runs one statement, past Passbook. */
    query: async <Row extends pg.QueryResultRow>(
      text: string,
      values: readonly unknown[] = [],
    ): Promise<Row[]> => (await database.query<Row>(text, [...values])).rows,
    /** Ends it, and removes all that is left of it. May be called again. */
    stop(): Promise<void> {
      stopped ??= database.end().then(stop)
      return stopped
    },
  }
}
