import { ConnectionError, readRetryAfter } from './problem.ts'

/** How often, and for how long, a request is sent again. */
export interface RetryOptions {
  /** At most so many times after the first. Default: 4; 0 sends each request once. */
  readonly limit?: number
  /** The longest pause that `Retry-After` may ask for, in seconds; above it the problem is thrown. Default: 60. */
  readonly maxPauseSeconds?: number
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000
const BUSY = new Set([429, 502, 503, 504])

/** Sends one request once. */
export type Attempt = () => Promise<Response>

/** Whether it is safe to send again what may have been done. */
export type IsRepeatable = boolean

/**
 * Sends a request until it is answered with something else than "not now".
 *
 * @param isRepeatable whether doing it twice is doing it once; else only what was surely not done is sent again
 */
export async function withRetries(
  attempt: Attempt,
  isRepeatable: IsRepeatable,
  signal: AbortSignal,
  { limit = 4, maxPauseSeconds = 60 }: RetryOptions = {},
): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const isLast = tries >= limit
    try {
      const response = await attempt()
      const pause = isLast ? undefined : await pauseAfter(response, isRepeatable, tries)
      if (pause === undefined || pause > maxPauseSeconds * 1000) return response
      await response.body?.cancel()
      await sleep(pause, signal)
    } catch (error) {
      if (isLast || !isRepeatable || !(error instanceof ConnectionError)) throw error
      await sleep(backOff(tries), signal)
    }
  }
}

/** Milliseconds until the request may be sent again; undefined where the answer is final. */
async function pauseAfter(response: Response, isRepeatable: boolean, tries: number) {
  const { status, headers } = response
  const isWorthIt = BUSY.has(status)
    ? isRepeatable || status === 429
    : status === 409 && (await isStillUnderWay(response))
  if (!isWorthIt) return undefined
  const asked = readRetryAfter(headers)
  // All who are told the same time would otherwise come back in the same moment.
  return asked === undefined ? backOff(tries) : asked * 1000 * (1 + Math.random() / 4)
}

/** An earlier attempt, whose answer was lost, goes on. */
async function isStillUnderWay(response: Response): Promise<boolean> {
  const text = await response.clone().text()
  return text.includes('"idempotency_key_in_use"')
}

/** Twice as long each time, and between half of it and all of it by chance. */
function backOff(tries: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS)
  return longest * (0.5 + Math.random() / 2)
}

/** @throws the signal's reason when it is aborted */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
