import { readFileSync } from 'node:fs'

/** How often to check that the parents still exist, in milliseconds. */
const CHECK_INTERVAL_MS = 250

/**
 * Under npm, ends this process as if by SIGTERM when npm or the shell it runs us in is gone. npm
 * forwards SIGTERM only to that shell, which dies without telling us. If npm is killed, neither
 * learns of it. Ctrl-C reaches all three processes and needs nothing extra.
 */
export function followParent() {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return
  const parents = readParents()
  const check = setInterval(() => {
    if (readParents() === parents) return
    clearInterval(check)
    process.kill(process.pid, 'SIGTERM')
  }, CHECK_INTERVAL_MS)
  check.unref()

  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      clearInterval(check)
      // Our listener replaced the default action. If nobody else listens, restore it and send the
      // signal again.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
}

/** Our parent's pid. On Linux also npm's, if our parent is a shell between npm and us. */
function readParents() {
  const parent = process.ppid
  try {
    const [, option] = readFileSync(`/proc/${parent}/cmdline`, 'utf8').split('\0')
    // Some shells exec us, so that npm is our parent. We do not depend on npm's own parent.
    if (option !== '-c') return `${parent}`
    const [, rest] = readFileSync(`/proc/${parent}/stat`, 'utf8').split(/^.*\) /)
    return `${parent} ${rest.split(' ')[1]}`
  } catch {
    return `${parent}`
  }
}
