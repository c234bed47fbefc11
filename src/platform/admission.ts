/** Requests that may wait for a place at once. */
const MAX_WAITING = 1_000
/** A queue that has not been empty for so long is no burst. */
const BURST_MS = 1_000
/** How long a request may wait: as long as so many take on average, within these bounds in milliseconds. */
const BURST_PATIENCE = { requests: 4, minMs: 100 }
const STANDING_PATIENCE = { requests: 2, minMs: 10 }
const MAX_PATIENCE_MS = 1_000
/** How long requests of a process take that has just started, as far as anybody knows. */
const FIRST_MEAN_MS = 1_000
/** How much one request moves the mean of how long they take. */
const MEAN_WEIGHT = 0.05
const LOOK_MS = 5

/** Why a request is refused: too many wait, it waited too long, or nothing is begun any more. */
export type Refusal = 'full' | 'waited' | 'stopping'

/** Who wants a place. */
export interface Applicant {
  admit(): void
  refuse(reason: Refusal): void
  /** Whether nobody waits for the answer any more. */
  isGone(): boolean
}

interface Waiting {
  readonly applicant: Applicant
  readonly since: number
}

export type Admission = ReturnType<typeof createAdmission>

/**
 * Bounds what is under way. Who finds no place waits, first come, first served. By Little's law, a wait as long as four
 * requests take is a queue four times as long as the bound: a burst of five times the bound is served whole. Where the
 * queue has not been empty for a second, more comes than can be done; then half of that is the limit, so
 * that who is admitted is answered in about three times the time it takes at the bound. (Controlled
 * delay, as in "Fail at Scale", ACM Queue 13, 2015.)
 *
 * @param limit how many may be under way, asked each time
 * @param changed told how many are under way
 */
export function createAdmission(limit: () => number, changed: (underWay: number) => void) {
  const waiting: Waiting[] = []
  let underWay = 0
  /** How long a request is under way, on average. */
  let mean = FIRST_MEAN_MS
  /** When the last one ended. */
  let lastEnd = 0
  /** Since when there has always been one waiting. */
  let standingSince = 0
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function set(count: number): void {
    underWay = count
    changed(count)
  }

  function patience(now: number): number {
    const isBurst = now - standingSince <= BURST_MS
    const { requests, minMs } = isBurst ? BURST_PATIENCE : STANDING_PATIENCE
    // While nothing ends, as when the disk is slow for a moment, that is how long requests take.
    const takes = Math.max(mean, now - lastEnd)
    return Math.min(MAX_PATIENCE_MS, Math.max(minMs, requests * takes))
  }

  /** Refuses those who waited too long, and admits as many as there is room for. */
  function look(): void {
    const now = performance.now()
    const oldest = now - patience(now)
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const isLate = first.since < oldest
      if (!isLate && underWay >= limit()) break
      waiting.shift()
      if (first.applicant.isGone()) continue
      if (isLate) first.applicant.refuse('waited')
      else {
        set(underWay + 1)
        first.applicant.admit()
      }
    }
    if (waiting.length > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    /** Admits or refuses, at once or after a while. */
    enter(applicant: Applicant): void {
      if (closed) applicant.refuse('stopping')
      else if (waiting.length === 0 && underWay < limit()) {
        set(underWay + 1)
        applicant.admit()
      } else if (waiting.length >= MAX_WAITING) applicant.refuse('full')
      else {
        const since = performance.now()
        if (waiting.length === 0) standingSince = since
        waiting.push({ applicant, since })
        timer ??= setInterval(look, LOOK_MS)
      }
    },

    /** Gives a place back. @param milliseconds how long it was held, unless that says nothing */
    leave(milliseconds = mean): void {
      mean += (milliseconds - mean) * MEAN_WEIGHT
      lastEnd = performance.now()
      set(underWay - 1)
      if (waiting.length > 0) look()
    },

    /** Takes a place again that was given back for a while, whether or not there is room. */
    resume(): void {
      set(underWay + 1)
    },

    /** Refuses who waits, and whoever comes. */
    close(): void {
      closed = true
      clearInterval(timer)
      for (const { applicant } of waiting.splice(0)) applicant.refuse('stopping')
    },
  }
}
