import { setTimeout as delay } from 'node:timers/promises'
import { type Exit, startProcess, type TestProcess } from '../../setup/servers/processes.ts'
import { signal } from './process-tree.ts'
import { openProxy } from './proxy.ts'

export type Member = Awaited<ReturnType<typeof createMember>>

/** How long an orchestrator waits before it starts an ended process again. */
const RESTART_MS = 1_000
/** How long one may take to stop: more than any grace it gives its requests. */
const MAX_STOP_MS = 40_000
const LAST_LINES = 3
/** What a worker, or an API process, says when it works. */
const READY = /the worker is ready|Server listening/

interface MemberOptions {
  readonly name: string
  readonly program: 'api' | 'worker'
  readonly env: Readonly<Record<string, string>>
  /** The database as it is reached without a proxy; the port is replaced. */
  readonly databaseUrl: string
  readonly redisPort: number
  /** Told when it ends without having been told to, with what it said last. */
  readonly onUnexpectedEnd: (how: string) => void
}

const describeExit = ({ code, signal: name }: Exit) => name ?? `exit code ${code}`

/** A process of the service that is kept running, and its own ways to the database and to Redis. */
export async function createMember(options: MemberOptions) {
  const { name, program, databaseUrl, onUnexpectedEnd } = options
  const toDatabase = await openProxy(Number(new URL(databaseUrl).port))
  const toRedis = await openProxy(options.redisPort)
  const database = new URL(databaseUrl)
  database.port = String(toDatabase.port)
  const env = {
    ...options.env,
    DATABASE_URL: database.href,
    REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
  }
  const lives: TestProcess[] = []
  let current: TestProcess | undefined
  let isTold = false
  let isClosed = false
  let disturbedAt = Number.NEGATIVE_INFINITY

  function start(): void {
    if (isClosed || current !== undefined) return
    const started = startProcess(program, env)
    lives.push(started)
    current = started
    isTold = false
    void started.exited.then((exit) => {
      disturbedAt = performance.now()
      if (current === started) current = undefined
      if (!isTold && !isClosed) void startAgain(started, exit)
    })
  }

  async function startAgain({ text }: TestProcess, exit: Exit): Promise<void> {
    const lines = `${text.stdout}${text.stderr}`.trim().split('\n').slice(-LAST_LINES)
    onUnexpectedEnd(`${name} ended by itself (${describeExit(exit)}): ${lines.join(' | ')}`)
    await delay(RESTART_MS)
    start()
  }

  /** @returns how it ended, and after how many milliseconds; undefined when it did not run */
  async function end(how: NodeJS.Signals) {
    const running = current
    if (running === undefined) return undefined
    isTold = true
    disturbedAt = performance.now()
    signal(running.pid, 'SIGCONT')
    const limit = delay(MAX_STOP_MS, undefined, { ref: false })
    const ended = await Promise.race([running.end(how), limit])
    if (ended) return ended
    onUnexpectedEnd(`${name} had not ended ${MAX_STOP_MS} ms after ${how}`)
    return await running.end('SIGKILL')
  }

  return {
    name,
    program,
    toDatabase,
    toRedis,
    start,
    end,
    /** Stops it where it is, until `resume`. */
    pause: () => current !== undefined && signal(current.pid, 'SIGSTOP'),
    resume: () => current !== undefined && signal(current.pid, 'SIGCONT'),
    isRunning: () => current !== undefined,
    /** Whether it said, in its present life, that it works. */
    isReady: () => READY.test(current?.text.stdout ?? ''),
    /** Whether it was told to end, or ended, since a moment of `performance.now()`. */
    wasDisturbed: (since: number) => disturbedAt >= since,
    /** What all its lives wrote. */
    log: () => lives.map(({ text }) => text.stdout + text.stderr).join(''),
    async close(): Promise<void> {
      isClosed = true
      await end('SIGKILL')
      await toDatabase.close()
      await toRedis.close()
    },
  }
}
