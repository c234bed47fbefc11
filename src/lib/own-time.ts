import { UnderWay } from './under-way.ts'

/** Timers check at this interval, in milliseconds, whether the process was stopped meanwhile. */
const SLICE_MS = 250
/** The most extra slices a timer gets, each after a late slice that would have been its last. */
const MAX_ADDED = 4
/**
 * The most that one event-loop turn may count towards a caller's deadline, in milliseconds. More
 * than that is a stopped process, not a slow one.
 */
export const MAX_TURN_MS = 1_000

/** Timers that have longer than a slice left look at the time together: most are stopped before they would. */
const slices = new UnderWay<() => void>()
let ticker: NodeJS.Timeout | undefined

/**
 * Lets a timer look at the time within a slice, and from then on until it leaves.
 *
 * @returns a function to leave by
 */
function join(look: () => void): () => void {
  ticker ??= setInterval(() => {
    for (const look of slices.items()) look()
  }, SLICE_MS)
  const leave = slices.add(look)
  return () => {
    leave()
    if (slices.size > 0) return
    clearInterval(ticker)
    ticker = undefined
  }
}

export interface OwnTimer {
  /**
   * Cancels the timer.
   *
   * @returns the milliseconds that were left
   */
  stop(): number
}

/**
 * Calls back after this many milliseconds of the process's own running time. A process that is
 * stopped, or gets no CPU, receives nothing. When it resumes, all its timers are late at once,
 * while the answers they wait for lie unread. So such a time hardly counts, and some is left
 * afterwards for what takes several round trips. If the process is always late, the timer still
 * fires, only later.
 *
 * @param maxCounted the most milliseconds that a late slice of a quarter second counts for
 */
export function afterOwnTime(
  milliseconds: number,
  callback: () => void,
  maxCounted = SLICE_MS,
): OwnTimer {
  let left = milliseconds
  let added = 0
  let sliceStart = 0
  let slice = 0
  let timer: NodeJS.Timeout | undefined
  let pendingCallback: NodeJS.Immediate | undefined
  let leave: (() => void) | undefined

  function leaveSlices(): void {
    leave?.()
    leave = undefined
  }

  function wait(): void {
    sliceStart = performance.now()
    if (left > SLICE_MS) {
      leave ??= join(check)
      return
    }
    leaveSlices()
    slice = left
    timer = setTimeout(check, slice)
  }

  function check(): void {
    const passed = performance.now() - sliceStart
    left -= Math.max(slice, Math.min(passed, maxCounted))
    if (left <= 0 && passed > Math.max(maxCounted, slice + SLICE_MS) && added < MAX_ADDED) {
      added += 1
      left = SLICE_MS
    }
    if (left > 0) wait()
    // Read the sockets first: an answer that arrived in this turn still counts.
    else {
      leaveSlices()
      pendingCallback = setImmediate(callback)
    }
  }

  wait()
  return {
    stop() {
      leaveSlices()
      clearTimeout(timer)
      clearImmediate(pendingCallback)
      return Math.max(0, left - Math.min(performance.now() - sliceStart, maxCounted))
    },
  }
}
