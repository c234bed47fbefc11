import { MAX_TURN_MS } from '../../lib/own-time.ts'

/** So many requests may wait for each place, and fewer once that was too few. */
const MAX_WAITING = 4
const MAX_WAITING_IN_OVERLOAD = 1
/** Overload ends when nobody has been refused for so long. */
const OVERLOAD_MS = 250
/** How often it is looked who waits too long. */
const LOOK_MS = 50
/** Longer than it takes to know whether the database answers. */
const MAX_WAIT_MS = 3_000
/** The share of the bound that is left under pressure: something has to go on for the pressure to end. */
const PRESSED_SHARE = 0.25

/** Why a request is refused: too many wait, it waited too long, or nothing is begun any more. */
export type Refusal = 'full' | 'waited' | 'stopping'

/** Who wants a place. */
export interface Applicant {
  /** @param waited for so many milliseconds */
  admit(waited: number): void
  refuse(reason: Refusal): void
  /** Whether nobody waits for the answer any more. */
  isGone(): boolean
}

interface Waiting {
  readonly applicant: Applicant
  /** By the clock of those who wait. */
  readonly since: number
}

export type Admission = ReturnType<typeof createAdmission>

/**
 * Bounds what is under way. Who finds no place waits, first come, first served: a burst of five times the bound is
 * served whole. Once more wait than may, more comes than can be done. From then on the queue is as long as the
 * bound, until all who come find room: by Little's law, who waits in it waits as long as a request takes, so who is
 * admitted is answered soon. (Two bounds, as in "Fail at Scale", ACM Queue 13, 2015, but counted in
 * requests: a moment in which nothing goes on refuses nobody.)
 *
 * @param bound how many may be under way
 * @param isPressed whether fewer may, asked each time; as many as ever may wait
 * @param changed told how many are under way
 */
export function createAdmission(
  bound: number,
  isPressed: () => boolean,
  changed: (underWay: number) => void,
) {
  const waiting: Waiting[] = []
  let underWay = 0
  /** The clock of those who wait, which goes on with each look: while the process stands still it does, too. */
  let clock = 0
  let lookedAt = 0
  let lastRefusal = Number.NEGATIVE_INFINITY
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function set(count: number): void {
    underWay = count
    changed(count)
  }

  const hasRoom = () => underWay < (isPressed() ? Math.ceil(bound * PRESSED_SHARE) : bound)

  function isFull(): boolean {
    const now = performance.now()
    const isOverloaded = now - lastRefusal < OVERLOAD_MS
    const maxWaiting = bound * (isOverloaded ? MAX_WAITING_IN_OVERLOAD : MAX_WAITING)
    if (waiting.length < maxWaiting) return false
    lastRefusal = now
    return true
  }

  /** Refuses those who waited too long, and admits as many as there is room for. */
  function serve(): void {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const isLate = clock - first.since > MAX_WAIT_MS
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

  function look(): void {
    const now = performance.now()
    clock += Math.min(now - lookedAt, MAX_TURN_MS)
    lookedAt = now
    serve()
  }

  return {
    /** Admits or refuses, at once or after a while. */
    enter(applicant: Applicant): void {
      if (closed) applicant.refuse('stopping')
      else if (waiting.length === 0 && hasRoom()) {
        set(underWay + 1)
        applicant.admit(0)
      } else if (isFull()) applicant.refuse('full')
      else {
        if (timer === undefined) {
          timer = setInterval(look, LOOK_MS)
          lookedAt = performance.now()
        }
        waiting.push({ applicant, since: clock })
      }
    },

    /** Whether as many wait as may. To be asked for who comes, for it means that they are refused. */
    isFull,

    /** Gives a place back. */
    leave(): void {
      set(underWay - 1)
      if (waiting.length > 0) serve()
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
