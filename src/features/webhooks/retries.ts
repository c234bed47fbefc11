import type { PostAnswer, PostError } from '../../lib/webhooks/post.ts'

const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS
/** Waits are up to so much longer, lest all lanes of a receiver that comes back meet at once. */
const JITTER = 0.1
/** A receiver may ask for no longer wait. */
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS
const MAY_ASK_TO_WAIT = [429, 503]
/** The receiver wants no more webhooks. */
export const GONE = 410

/** What an answer means for its delivery. */
export interface Verdict {
  readonly status: 'delivered' | 'pending' | 'failed'
  readonly retryAt: Date | null
}

const isAnswer = (answer: PostAnswer | PostError): answer is PostAnswer =>
  typeof answer !== 'string'

/** Reads `WEBHOOK_RETRY_SECONDS`. @returns the waits in milliseconds */
export const readRetryWaits = (text: string): readonly number[] =>
  text.split(',').map((seconds) => Number(seconds) * SECOND_MS)

/** How long a receiver asks to wait: seconds, or a date. */
function askedWaitMs(answer: PostAnswer | PostError, now: number): number {
  if (!isAnswer(answer) || !MAY_ASK_TO_WAIT.includes(answer.status)) return 0
  const text = answer.retryAfter?.trim() ?? ''
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS)
}

/**
 * Decides what becomes of a delivery.
 *
 * @param attempts how often it was tried before
 * @param waits in milliseconds, after each attempt but the last
 * @param random from 0 to 1
 */
export function judge(
  answer: PostAnswer | PostError,
  attempts: number,
  waits: readonly number[],
  now = Date.now(),
  random = Math.random(),
): Verdict {
  const status = isAnswer(answer) ? answer.status : 0
  if (status >= 200 && status < 300) return { status: 'delivered', retryAt: null }
  const wait = waits[attempts]
  if (wait === undefined || status === GONE) return { status: 'failed', retryAt: null }
  const longer = wait * (1 + JITTER * random)
  return { status: 'pending', retryAt: new Date(now + Math.max(longer, askedWaitMs(answer, now))) }
}
