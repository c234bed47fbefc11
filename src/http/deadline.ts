import { overloaded } from '../errors.ts'
import { afterOwnTime, MAX_TURN_MS, type OwnTimer } from '../lib/own-time.ts'

/**
 * The time budget of a request, in milliseconds this process was running. Callers are promised an
 * answer within 5 s.
 */
const MAX_REQUEST_MS = 4_500

/**
 * Runs one part of a request's work within the time the request has left.
 *
 * @throws AppError 503 `overloaded` when that time is used up
 */
export type BeforeDeadline = <T>(request: object, work: () => Promise<T>) => Promise<T>

/**
 * Bounds the total time of all parts of a request. The time a client takes to send its body does
 * not count. Late work keeps running, since not all of it can be cancelled, but its result is
 * ignored.
 *
 * @param spentBefore the time a request has already used before its first part
 */
export function createDeadlines(
  milliseconds = MAX_REQUEST_MS,
  spentBefore: (request: object) => number = () => 0,
): BeforeDeadline {
  const remaining = new WeakMap<object, number>()
  return async (request, work) => {
    let timer: OwnTimer | undefined
    const late = new Promise<never>((_, reject) => {
      const budget = remaining.get(request) ?? milliseconds - spentBefore(request)
      timer = afterOwnTime(Math.max(0, budget), () => reject(overloaded()), MAX_TURN_MS)
    })
    const result = work()
    // Work that fails after its request was answered must not become an unhandled rejection.
    result.catch(() => undefined)
    try {
      return await Promise.race([result, late])
    } finally {
      remaining.set(request, timer?.stop() ?? 0)
    }
  }
}
