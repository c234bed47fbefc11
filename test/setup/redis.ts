import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findFreePort } from '../../src/platform/embedded-postgres/port.ts'

export type TestRedis = Awaited<ReturnType<typeof startRedis>>

/** A Redis of the test's own that keeps nothing on disk. */
export async function startRedis() {
  const folder = await mkdtemp(join(tmpdir(), 'passbook-redis-'))
  const port = await findFreePort()
  let server: ChildProcess | undefined

  /** Starts it, empty, on the same port as ever. */
  async function start(): Promise<void> {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
    const started = spawn('redis-server', [...options, '--maxmemory-policy', 'noeviction'], {
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

  /** Kills it, with everything in it. */
  async function kill(): Promise<void> {
    if (server?.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    async close(): Promise<void> {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
