const TICK_MS = 50

/**
 * Measures how long this process itself could not run: the machine is shared, and what it does late is
 * not the service's.
 */
export function watchStalls() {
  let stalled = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    stalled += Math.max(0, now - last - TICK_MS)
    last = now
  }, TICK_MS)
  timer.unref()
  return {
    /** Milliseconds since the start in which nothing of this process ran. */
    total: () => stalled,
    close: () => clearInterval(timer),
  }
}
