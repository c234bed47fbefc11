import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { findFreePort } from '../../../src/database/embedded/port.ts'

const run = promisify(execFile)

/** Replaces a text that must exist: testing anything but the real file would prove nothing. */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`docker/nginx.conf does not contain ${from}`)
  return text.replace(from, to)
}

/**
 * docker/nginx.conf with another port, and these servers instead of the name that Docker resolves.
 */
async function configuration(port: number, servers: readonly string[]): Promise<string> {
  let text = await readFile('docker/nginx.conf', 'utf8')
  text = replaced(text, 'listen 8080;', `listen 127.0.0.1:${port};`)
  text = replaced(text, 'resolver 127.0.0.11 valid=5s;', '')
  const upstream = /server api:3000 resolve( [^;]*)?;/.exec(text)
  if (!upstream) throw new Error('docker/nginx.conf names no upstream api:3000')
  const [statement, options = ''] = upstream
  const each = servers.map((server) => `server ${new URL(server).host}${options};`)
  return replaced(text, statement, each.join('\n'))
}

const listens = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', reject).on('connect', () => {
      socket.destroy()
      resolve()
    })
  })

/**
 * Starts the project's nginx in front of API processes.
 *
 * @throws if nginx rejects its configuration
 */
export async function startNginx(servers: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'passbook-nginx-'))
  const port = await findFreePort()
  const file = join(folder, 'nginx.conf')
  await writeFile(file, await configuration(port, servers))
  const options = ['-c', file, '-e', join(folder, 'error.log')]
  const globals = `pid ${join(folder, 'nginx.pid')}; daemon off;`
  await run('nginx', ['-t', ...options, '-g', globals])
  const server: ChildProcess = spawn('nginx', [...options, '-g', globals], { stdio: 'ignore' })
  const exited = once(server, 'exit')
  await vi.waitFor(() => listens(port), { timeout: 10_000, interval: 20 })
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    errors: () => readFile(join(folder, 'error.log'), 'utf8'),
    async close(): Promise<void> {
      server.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
