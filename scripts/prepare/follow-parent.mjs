/** How often, in milliseconds, to look whether the parent is still there. */
const LOOK_MS = 250

/**
 * Under npm: has us end as by SIGTERM when the shell that npm runs us in is gone. npm hands a SIGTERM
 * to that shell alone, which dies of it without telling us. After a Ctrl-C, which reaches all three
 * of us, nothing is added.
 */
export function followParent() {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
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
