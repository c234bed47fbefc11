import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Waits for its input to end, which happens when our process does, and then shuts the server down.
 * The pause covers a server so young that it has not written its file yet; the file must name the
 * server, so that a number given to another process by then is left in peace.
 */
const SCRIPT = `read -r line
sleep 0.1
read -r pid <postmaster.pid && [ "$pid" = "$1" ] && exec kill -INT "$1"`

/**
 * Has the server shut down when our process dies in any way, a SIGKILL included. The watchdog is in
 * a session of its own, out of reach of Ctrl-C. There is none on Windows, where a server that
 * outlived its Passbook is found at the next start.
 *
 * @returns a function that ends the watchdog and waits for that; it may be called twice
 */
export function startWatchdog(pgdata: string, server: ChildProcess): () => Promise<void> {
  if (process.platform === 'win32') return async () => undefined
  const watchdog = spawn('/bin/sh', ['-c', SCRIPT, 'passbook-watchdog', String(server.pid)], {
    cwd: pgdata,
    detached: true,
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without a shell the server runs unwatched; an orphan is then found at the next start.
  const ended = once(watchdog, 'exit').catch(() => undefined)
  const stop = async () => {
    watchdog.kill('SIGKILL')
    watchdog.stdin.destroy()
    await ended
  }
  server.once('exit', stop)
  return stop
}
