/** A timer looks so often, in milliseconds, whether it is late. */
const SLICE_MS = 250
/** A slice counts as so many milliseconds at most. */
const MAX_COUNTED_MS = 500
/** Slices that are added, each after one that was late and would have been the last. */
const MAX_ADDED = 4

export interface OwnTimer {
  /** Keeps it from calling back. @returns the milliseconds that were left */
  stop(): number
}

/**
 * Calls back after so many milliseconds in which this process ran. One that is stopped, or gets no processor, hears
 * nothing of what arrives; when it goes on all its timers are late at once, and the answers they limit lie unread.
 * So next to nothing of such a time is counted, and there is some left afterwards, for what takes several questions.
 * A process that is always late comes to the end as well, only later.
 */
export function afterOwnTime(milliseconds: number, callback: () => void): OwnTimer {
  let left = milliseconds
  let added = 0
  let since = 0
  let timer: NodeJS.Timeout | undefined
  let last: NodeJS.Immediate | undefined

  function wait(): void {
    since = performance.now()
    timer = setTimeout(look, Math.min(left, SLICE_MS))
  }

  function look(): void {
    const passed = performance.now() - since
    left -= Math.min(passed, MAX_COUNTED_MS)
    if (left <= 0 && passed > MAX_COUNTED_MS && added < MAX_ADDED) {
      added += 1
      left = SLICE_MS
    }
    if (left >= 1) wait()
    // What arrived in this turn counts: a look at the sockets comes first.
    else last = setImmediate(callback)
  }

  wait()
  return {
    stop() {
      clearTimeout(timer)
      clearImmediate(last)
      return Math.max(0, left - Math.min(performance.now() - since, MAX_COUNTED_MS))
    },
  }
}
