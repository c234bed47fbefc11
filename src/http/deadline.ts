import { overloaded } from '../errors.ts'

/** What a request may cost us, in milliseconds: its caller has an answer within 5 s. */
const REQUEST_MS = 4_500

/** Runs one part of a request's work, as long as its time is not used up. @throws AppError 503 `overloaded` */
export type BeforeDeadline = <T>(request: object, work: () => Promise<T>) => Promise<T>

/**
 * Bounds what all parts of a request's work take together. What its caller takes to send a body is not
 * counted. Work that is late goes on, as it cannot be taken back everywhere, but nobody waits for it.
 */
export function createDeadlines(milliseconds = REQUEST_MS): BeforeDeadline {
  const spent = new WeakMap<object, number>()
  return async (request, work) => {
    const before = spent.get(request) ?? 0
    const started = performance.now()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(overloaded()), Math.max(0, milliseconds - before))
    })
    const worked = work()
    // It may fail when its caller has long been answered.
    worked.catch(() => undefined)
    try {
      return await Promise.race([worked, late])
    } finally {
      clearTimeout(timer)
      spent.set(request, before + performance.now() - started)
    }
  }
}
