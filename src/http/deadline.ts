import { overloaded } from '../errors.ts'
import { afterOwnTime, MAX_TURN_MS, type OwnTimer } from '../lib/own-time.ts'

/** What a request may cost us, in milliseconds in which this process ran: its caller has an answer within 5 s. */
const REQUEST_MS = 4_500

/** Runs one part of a request's work, as long as its time is not used up. @throws AppError 503 `overloaded` */
export type BeforeDeadline = <T>(request: object, work: () => Promise<T>) => Promise<T>

/**
 * Bounds what all parts of a request's work take together. What its caller takes to send a body is not
 * counted. Work that is late goes on, as it cannot be taken back everywhere, but nobody waits for it.
 *
 * @param spentBefore what a request has used up before its first part
 */
export function createDeadlines(
  milliseconds = REQUEST_MS,
  spentBefore: (request: object) => number = () => 0,
): BeforeDeadline {
  const left = new WeakMap<object, number>()
  return async (request, work) => {
    let timer: OwnTimer | undefined
    const late = new Promise<never>((_, reject) => {
      const rest = left.get(request) ?? milliseconds - spentBefore(request)
      timer = afterOwnTime(Math.max(0, rest), () => reject(overloaded()), MAX_TURN_MS)
    })
    const worked = work()
    // It may fail when its caller has long been answered.
    worked.catch(() => undefined)
    try {
      return await Promise.race([worked, late])
    } finally {
      left.set(request, timer?.stop() ?? 0)
    }
  }
}
