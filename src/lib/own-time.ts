/** A timer looks so often, in milliseconds, whether it is late. */
const SLICE_MS = 250
/** Slices that are added, each after one that was late and would have been the last. */
const MAX_ADDED = 4
/** The most of one turn of the event loop that counts for who is to be answered soon, in milliseconds: slow, and no more. */
export const MAX_TURN_MS = 1_000

export interface OwnTimer {
  /** Keeps it from calling back. @returns the milliseconds that were left */
  stop(): number
}

/**
 * Calls back after so many milliseconds in which this process ran. One that is stopped, or gets no processor, hears
 * nothing of what arrives; when it goes on all its timers are late at once, and the answers they limit lie unread.
 * So next to nothing of such a time is counted, and there is some left afterwards, for what takes several questions.
 * A process that is always late comes to the end as well, only later.
 *
 * @param maxCounted how many milliseconds at most a slice of a quarter second counts for that was late
 */
export function afterOwnTime(
  milliseconds: number,
  callback: () => void,
  maxCounted = SLICE_MS,
): OwnTimer {
  let left = milliseconds
  let added = 0
  let since = 0
  let slice = 0
  let timer: NodeJS.Timeout | undefined
  let last: NodeJS.Immediate | undefined

  function wait(): void {
    since = performance.now()
    slice = Math.min(left, SLICE_MS)
    timer = setTimeout(look, slice)
  }

  function look(): void {
    const passed = performance.now() - since
    left -= Math.max(slice, Math.min(passed, maxCounted))
    if (left <= 0 && passed > Math.max(maxCounted, slice + SLICE_MS) && added < MAX_ADDED) {
      added += 1
      left = SLICE_MS
    }
    if (left > 0) wait()
    // What arrived in this turn counts: a look at the sockets comes first.
    else last = setImmediate(callback)
  }

  wait()
  return {
    stop() {
      clearTimeout(timer)
      clearImmediate(last)
      return Math.max(0, left - Math.min(performance.now() - since, maxCounted))
    },
  }
}
