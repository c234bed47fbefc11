import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { StartupError } from '../../errors.ts'
import { within } from '../../lib/in-time.ts'
import type { ClusterOptions } from './cluster.ts'
import { ownerName } from './ownership.ts'
import { poll } from './poll.ts'
import { readPostmasterFile } from './postmaster-file.ts'
import { dataArgument, serverEnvironment } from './program-environment.ts'
import { settingOptions } from './settings.ts'
import { startWatchdog } from './watchdog.ts'

/** How long a start may take, in milliseconds; crash recovery replays the WAL. */
const MAX_START_MS = 120_000

/**
 * The signals that stop the server, and how long to wait after each, in milliseconds. Under 4 s in
 * all.
 */
const STOP_STEPS = [
  ['SIGINT', 3000],
  ['SIGQUIT', 700],
  ['SIGKILL', 200],
] as const

/** A server that accepts sessions. */
export interface RunningServer {
  readonly port: number
  /** Resolves when the server has ended, with its exit code; null if a signal ended it. */
  readonly exited: Promise<number | null>
  stop(): Promise<void>
}

/** A server that ended before it was ready, and its last error. */
export interface FailedServer {
  readonly reason: string
}

/**
 * Starts a server and waits until it accepts sessions. The server gets its own process session, so
 * that Ctrl-C reaches only us and we can stop it last.
 *
 * @throws StartupError if the system refuses to run it, or it is not ready within two minutes
 */
export async function launchServer(
  options: ClusterOptions,
  port: number,
): Promise<RunningServer | FailedServer> {
  const { account, binaries, log, pgdata } = options
  const offset = await log.size()
  const child = spawn(
    binaries.postgres,
    ['-D', dataArgument(pgdata, account), ...settingOptions(port, ownerName, options)],
    {
      ...account,
      cwd: pgdata,
      detached: process.platform !== 'win32',
      windowsHide: true,
      env: serverEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
    },
  )
  const { pid } = child
  if (pid === undefined) {
    const [cause] = (await once(child, 'error')) as [Error]
    throw new StartupError(
      `PostgreSQL cannot be run here (${cause.message}); run Passbook as another user, or set DATABASE_URL.`,
      { cause },
    )
  }
  const endWatchdog = startWatchdog(pgdata, child)
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const stop = async () => {
    await endServer(child, exited)
    await endWatchdog()
  }

  const outcome = await poll(async () => {
    if (hasEnded(child)) return 'ended'
    const file = await readPostmasterFile(pgdata)
    return file?.pid === pid && file.status === 'ready' ? 'ready' : undefined
  }, MAX_START_MS)
  if (outcome === 'ready') return { port, exited, stop }
  await stop()
  if (outcome === 'ended') {
    const exitReason = child.signalCode ?? `exit code ${child.exitCode}`
    return { reason: (await log.serverError(offset, pid)) ?? exitReason }
  }
  throw new StartupError(
    `PostgreSQL was not ready within ${MAX_START_MS / 1000} seconds; ${log.file} has the details.`,
  )
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

async function endServer(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  for (const [signal, limitMs] of STOP_STEPS) {
    if (hasEnded(child)) return
    child.kill(signal)
    await within(limitMs, exited)
  }
}
