import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Waits for its standard input to end, which happens when our process does, and then shuts the
 * server down. Process ids are reused, so before each signal it checks that the id is still the
 * server's. It compares the working folder where the system reveals it, else the server's pid
 * file, which a new server has yet to write. A suspended server sees the signal once it is
 * continued. If it does not end, SIGQUIT follows.
 */
const SCRIPT = `read -r line
is_ours() {
  [ "/proc/$1/cwd" -ef . ] || { read -r pid <postmaster.pid && [ "$pid" = "$1" ]; }
}
wait_while() {
  tries=$1
  shift
  while "$@" && [ "$((tries -= 1))" -gt 0 ]; do sleep 0.1; done
}
is_young() { kill -0 "$1" && ! is_ours "$1"; }
wait_while 300 is_young "$1"
for signal in INT QUIT; do
  is_ours "$1" || exit 0
  kill -s "$signal" "$1"
  kill -s CONT "$1"
  wait_while 50 is_ours "$1"
done`

/**
 * Shuts the server down if our process dies in any way, including SIGKILL. The watchdog runs in
 * its own session, out of reach of Ctrl-C. Windows has none; there the next start finds an
 * orphaned server.
 *
 * @param pgdata the server's working folder
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
  // Without a shell the server runs unwatched; the next start then finds the orphan.
  const ended = once(watchdog, 'exit').catch(() => undefined)
  const stop = async () => {
    watchdog.kill('SIGKILL')
    watchdog.stdin.destroy()
    await ended
  }
  server.once('exit', stop)
  return stop
}
