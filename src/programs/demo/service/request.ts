import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../../../errors.ts'

const TIMEOUT_MS = 60_000
/** How often a request is sent again when the service has too much to do. */
const RETRIES = 20

/** An answer, read whole. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly nextCursor: string | undefined
}

/** How a request is made. */
export interface RequestOptions {
  readonly method?: 'GET' | 'POST'
  readonly body?: unknown
  readonly token?: string | undefined
}

/** Sends requests to one service. */
export type Send = (path: string, options?: RequestOptions) => Promise<Answer>

/** In milliseconds; the header holds seconds. */
const retryAfter = (response: Response) => Number(response.headers.get('retry-after') ?? 1) * 1000

/**
 * Sends requests with Node's own `fetch`, which keeps connections. One that is answered with 429 or
 * 503 is sent again after the time the service asks for.
 *
 * @param signal ends every request, with its reason as the error
 * @throws StartupError when the service does not answer
 */
export function createSend(url: string, signal: AbortSignal): Send {
  async function attempt(path: string, { method = 'GET', body, token }: RequestOptions) {
    try {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      return { response, text: await response.text() }
    } catch (error) {
      signal.throwIfAborted()
      const { name, cause } = error as Error
      const reason = name === 'TimeoutError' ? name : (cause as { code?: string })?.code
      throw new StartupError(`The service at ${url} cannot be reached (${reason ?? 'no answer'}).`)
    }
  }

  return async (path, options = {}) => {
    for (let tries = 0; ; tries++) {
      const { response, text } = await attempt(path, options)
      const busy = response.status === 429 || response.status === 503
      if (!busy || tries === RETRIES) {
        const nextCursor = response.headers.get('x-next-cursor') ?? undefined
        return { status: response.status, text, nextCursor }
      }
      await delay(retryAfter(response), undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}
