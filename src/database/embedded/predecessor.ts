import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../../errors.ts'
import { inspectOwner } from './ownership.ts'
import { poll } from './poll.ts'
import {
  readPostmasterFile,
  removeBrokenPostmasterFile,
  removeStalePostmasterFile,
} from './postmaster-file.ts'
import { isServerOf } from './processes.ts'

/**
 * How long a lock must be held before its owner counts as running: a dead owner's lock may linger.
 */
const MIN_HELD_MS = 1000
/** How long a live owner may take from starting its server to taking the lock. */
const MAX_UNLOCKED_MS = 3000
/** How long a server may refuse sessions while it starts up or shuts down. */
const MAX_REFUSING_MS = 10_000

/** A data folder, and how to log in to its server. */
export interface DataFolder {
  readonly dataDir: string
  readonly pgdata: string
  readonly password: string
}

/**
 * Makes way for a new server: removes the file a killed one left, and stops an orphaned one.
 * Returns when nothing is in the way any more.
 *
 * @throws StartupError if another Passbook owns the running server
 */
export async function clearPredecessor(
  folder: DataFolder,
  log: (line: string) => void,
): Promise<void> {
  const { pgdata } = folder
  await removeBrokenPostmasterFile(pgdata)
  const file = await readPostmasterFile(pgdata)
  if (!file) return
  const { pid } = file
  if (!(await isServerOf(pgdata, pid))) return removeStalePostmasterFile(pgdata, pid)
  if ((await waitForVerdict(folder, pid)) === 'ended') return
  log(`ending the PostgreSQL that an earlier run left behind (process ${pid})`)
  await end(pgdata, pid)
}

/** @throws StartupError if the server has an owner, or refuses to tell */
async function waitForVerdict(folder: DataFolder, pid: number): Promise<'orphan' | 'ended'> {
  const { dataDir, pgdata, password } = folder
  const since: { held?: number; unlocked?: number; refusing?: number } = {}
  for (;;) {
    if (!(await isServerOf(pgdata, pid))) return 'ended'
    const port = (await readPostmasterFile(pgdata))?.port ?? 0
    const owner = await inspectOwner({ port, password, pgdata }).catch((error: unknown) => {
      if (error instanceof StartupError) throw error
    })
    const now = Date.now()
    if (!owner) {
      since.refusing ??= now
      if (now - since.refusing > MAX_REFUSING_MS) {
        throw new StartupError(
          `The PostgreSQL of an earlier run (process ${pid}) on ${dataDir} is still starting up or shutting down; try again in a moment.`,
        )
      }
    } else if (owner.held) {
      since.held ??= now
      if (now - since.held > MIN_HELD_MS) throw alreadyRunning(dataDir, owner.pid)
    } else {
      since.unlocked ??= now
      if (!owner.alive || now - since.unlocked > MAX_UNLOCKED_MS) return 'orphan'
    }
    await delay(50)
  }
}

function alreadyRunning(dataDir: string, pid: number | undefined): StartupError {
  const who = pid === undefined ? 'Another Passbook' : `Another Passbook (process ${pid})`
  return new StartupError(
    `${who} is already running on ${dataDir}; stop it, or set DATA_DIR to another folder.`,
  )
}

async function end(pgdata: string, pid: number): Promise<void> {
  const gone = async () => ((await isServerOf(pgdata, pid)) ? undefined : true)
  for (const [signal, limitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    if (await poll(gone, limitMs)) return
  }
  throw new StartupError(
    `The PostgreSQL of an earlier run (process ${pid}) does not end; end it by hand and start again.`,
  )
}
