import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { StartupError } from '../../errors.ts'
import type { Service } from './options.ts'

/** The compiled program, seen from src/programs/demo/ and from dist/programs/demo/. */
const PROGRAM = fileURLToPath(new URL('../../../dist/programs/main.js', import.meta.url))
const START_LIMIT_MS = 60_000

/** Has the service end when we are gone, however that came: its channel to us closes then. */
const FOLLOW = `data:text/javascript,process.on('disconnect',()=>process.kill(process.pid,'SIGTERM'))`

/** Reads the one document that the service prints; it comes through the pipe as a whole. */
async function readService(child: ChildProcess, signal: AbortSignal): Promise<Service> {
  const limit = { signal: AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]) }
  try {
    const first = [once(child.stdout as Readable, 'data', limit), once(child, 'exit', limit)]
    const [printed] = await Promise.race(first)
    const { url, admin } = JSON.parse(String(printed))
    if (url !== undefined) return { url, credentials: admin }
  } catch {
    signal.throwIfAborted()
  }
  throw new StartupError('The service of the demo did not start.')
}

/**
 * Starts Passbook, all in one, on a new folder and a free port. Why it does not start it says on standard error.
 *
 * @param signal gives up waiting for it
 * @returns also what ends it, waits, and removes its data
 * @throws StartupError when it does not start; nothing is left then
 */
export async function startOwnService(
  signal: AbortSignal,
): Promise<Service & { readonly stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-demo-'))
  // Not our own environment: it may lead Passbook to other data.
  const { PATH, HOME, TMPDIR, TEMP, SystemRoot } = process.env
  const own = { PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'fatal', RATE_LIMIT_PER_MINUTE: '0' }
  // In a group of its own: a Ctrl-C reaches us alone, and we end the service once, in order.
  const child = spawn(process.execPath, ['--import', FOLLOW, PROGRAM, '--json'], {
    env: { PATH, HOME, TMPDIR, TEMP, SystemRoot, ...own },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: true,
  })
  const closed = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  const stop = async () => {
    child.kill()
    await closed
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    return { ...(await readService(child, signal)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
