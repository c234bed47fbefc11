import { MAX_TURN_MS } from '../../lib/own-time.ts'

/** How many requests may wait per permit: normally, and during overload. */
const MAX_WAITING = 8
const MAX_WAITING_IN_OVERLOAD = 1
/** Overload ends after this long without a refusal. */
const OVERLOAD_MS = 250
/** How often waiting requests are checked for their time limit. */
const CHECK_INTERVAL_MS = 50
/** The share of permits left under memory or CPU pressure; some work must go on for it to end. */
const PRESSED_SHARE = 0.25

/**
 * Why a request is refused: the queue is full, it waited too long, or the process is stopping.
 */
export type Refusal = 'full' | 'waited' | 'stopping'

/** A request that wants a permit. */
export interface Applicant {
  /** @param waited milliseconds spent in the queue */
  admit(waited: number): void
  refuse(reason: Refusal): void
  /** Whether the client has disconnected. */
  isGone(): boolean
}

interface Waiting {
  readonly applicant: Applicant
  /** By the queue's own clock. */
  readonly since: number
}

export type Admission = ReturnType<typeof createAdmission>

/**
 * Limits how many requests are under way. Others wait in a first-in, first-out queue, so that a
 * burst of nine times the limit is served completely. If the queue overflows, more arrives than
 * can be served. From then on the queue holds no more than the limit, until all arrivals find room
 * again. By Little's law a request then waits about as long as one takes, so every admitted
 * request is answered soon. There are two limits as in "Fail at Scale" (ACM Queue 13, 2015). Ours
 * count requests, so that a short stall refuses nobody.
 *
 * @param bound how many requests may be under way
 * @param maxWaitMs how long a request may wait for admission, in milliseconds
 * @param isPressed asked each time whether fewer may be; the queue keeps its length
 * @param changed called with the number under way
 */
export function createAdmission(
  bound: number,
  maxWaitMs: number,
  isPressed: () => boolean,
  changed: (underWay: number) => void,
) {
  const waiting: Waiting[] = []
  let underWay = 0
  /**
   * The queue's clock, advanced by every check, so that it stands still while the process does.
   */
  let clock = 0
  let checkedAt = 0
  let lastRefusal = Number.NEGATIVE_INFINITY
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function set(count: number): void {
    underWay = count
    changed(count)
  }

  const hasRoom = () => underWay < (isPressed() ? Math.ceil(bound * PRESSED_SHARE) : bound)

  function isFull(): boolean {
    if (waiting.length < bound * MAX_WAITING_IN_OVERLOAD) return false
    const now = performance.now()
    const isOverloaded = now - lastRefusal < OVERLOAD_MS
    const maxWaiting = bound * (isOverloaded ? MAX_WAITING_IN_OVERLOAD : MAX_WAITING)
    if (waiting.length < maxWaiting) return false
    lastRefusal = now
    return true
  }

  /** Refuses requests that waited too long, and admits as many as there is room for. */
  function serve(): void {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const isLate = clock - first.since > maxWaitMs
      if (!isLate && !hasRoom()) break
      waiting.shift()
      if (first.applicant.isGone()) continue
      if (isLate) first.applicant.refuse('waited')
      else {
        set(underWay + 1)
        first.applicant.admit(clock - first.since)
      }
    }
    if (waiting.length > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function check(): void {
    const now = performance.now()
    clock += Math.min(now - checkedAt, MAX_TURN_MS)
    checkedAt = now
    serve()
  }

  return {
    /** Admits or refuses, now or later. */
    enter(applicant: Applicant): void {
      if (closed) applicant.refuse('stopping')
      else if (waiting.length === 0 && hasRoom()) {
        set(underWay + 1)
        applicant.admit(0)
      } else if (isFull()) applicant.refuse('full')
      else {
        if (timer === undefined) {
          timer = setInterval(check, CHECK_INTERVAL_MS)
          checkedAt = performance.now()
        }
        waiting.push({ applicant, since: clock })
      }
    },

    /** Whether the queue is full. Ask only for an arriving request: true counts as a refusal. */
    isFull,

    /** Returns a permit. */
    leave(): void {
      set(underWay - 1)
      if (waiting.length > 0) serve()
    },

    /** Takes a returned permit back, even if that exceeds the limit. */
    resume(): void {
      set(underWay + 1)
    },

    /** Refuses all waiting and future requests. */
    close(): void {
      closed = true
      clearInterval(timer)
      for (const { applicant } of waiting.splice(0)) applicant.refuse('stopping')
    },
  }
}
