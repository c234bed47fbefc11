import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Waits for its input to end, which happens when our process does, and then shuts the server down.
 * Before each signal the number is seen to be the server's, as numbers are used again: by the working
 * folder where the system tells it, else by the server's file, which a young one has yet to write.
 * A stopped server takes notice once it is continued. One that still does not end is told to drop
 * everything at once.
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
 * Has the server shut down when our process dies in any way, a SIGKILL included. The watchdog is in
 * a session of its own, out of reach of Ctrl-C. There is none on Windows, where a server that
 * outlived its Passbook is found at the next start.
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
