import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findFreePort } from '../../../src/database/embedded/port.ts'

export type TestRedis = Awaited<ReturnType<typeof startRedis>>

/**
 * Starts a separate Redis.
 *
 * @param keeps whether its data survives a kill on disk; otherwise it restarts empty
 */
export async function startRedis({ keeps = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'passbook-redis-'))
  const port = await findFreePort()
  let server: ChildProcess | undefined
  let isClosed = false

  /** Starts it on the same port, empty unless it keeps its data; does nothing after `close`. */
  async function start(): Promise<void> {
    if (isClosed) return
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
    options.push('--maxmemory-policy', 'noeviction', '--appendonly', keeps ? 'yes' : 'no')
    const started = spawn('redis-server', options, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    server = started
    for await (const line of createInterface(started.stdout)) {
      if (line.includes('Ready to accept connections')) {
        started.stdout.resume()
        return
      }
    }
    throw new Error(`Redis did not start on port ${port}`)
  }

  /** Kills it, losing everything in its memory. */
  async function kill(): Promise<void> {
    if (server?.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: () => server?.pid,
    start,
    kill,
    /** Stops it from answering, with its connections open, until `resume`. */
    pause: () => server?.kill('SIGSTOP'),
    resume: () => server?.kill('SIGCONT'),
    /** Why it ended, if it has. */
    exit: () => server?.signalCode ?? server?.exitCode ?? undefined,
    async close(): Promise<void> {
      isClosed = true
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
