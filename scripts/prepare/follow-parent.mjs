import { readFileSync } from 'node:fs'

/** How often, in milliseconds, to look whether the parents are still there. */
const LOOK_MS = 250

/**
 * Under npm: has us end as by SIGTERM when npm, or the shell that npm runs us in, is gone. npm hands a
 * SIGTERM to that shell alone, which dies of it without telling us; npm that is killed tells neither.
 * After a Ctrl-C, which reaches all three of us, nothing is added.
 */
export function followParent() {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return
  const parents = readParents()
  const look = setInterval(() => {
    if (readParents() === parents) return
    clearInterval(look)
    process.kill(process.pid, 'SIGTERM')
  }, LOOK_MS)
  look.unref()

  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      clearInterval(look)
      // Listening took the signal's usual effect away; nobody else listens, so it is given back.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
}

/** Our parent's number, and npm's where Linux tells that our parent is a shell between us. */
function readParents() {
  const parent = process.ppid
  try {
    const [, option] = readFileSync(`/proc/${parent}/cmdline`, 'utf8').split('\0')
    // Some shells make way for us, so that npm is our parent; whoever is above npm may go.
    if (option !== '-c') return `${parent}`
    const [, rest] = readFileSync(`/proc/${parent}/stat`, 'utf8').split(/^.*\) /)
    return `${parent} ${rest.split(' ')[1]}`
  } catch {
    return `${parent}`
  }
}
