import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../../errors.ts'
import type { Problem, TokenPair } from '../../generated/schemas.ts'
import type { Service } from './options.ts'

const TIMEOUT_MS = 60_000
/** How often a request is sent again when the service has too much to do. */
const RETRIES = 20

export type Client = Awaited<ReturnType<typeof openClient>>

/** An answer that the demo has no use for, as an error. Its `detail` could hold input. */
function unexpected(path: string, { status, text }: { status: number; text: string }) {
  const code = text.startsWith('{') ? (JSON.parse(text) as Partial<Problem>).code : undefined
  return new StartupError(`${path} was answered with ${status} ${code ?? 'and no reason'}.`)
}

/**
 * Logs in to a service, and again when the access token has expired. What is answered with 429 or 503 is sent
 * again after the time the service asks for, under the same Idempotency-Key: nothing is booked twice.
 *
 * @param signal ends every request, with its reason as the error
 * @throws StartupError when the service cannot be reached, or the credentials are wrong
 */
export async function openClient({ url, credentials }: Service, signal: AbortSignal) {
  async function attempt(path: string, init: RequestInit) {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
      const response = await fetch(url + path, { ...init, signal: limit })
      return { response, text: await response.text() }
    } catch (error) {
      signal.throwIfAborted()
      const { name, cause } = error as Error
      const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? name
      throw new StartupError(`The service at ${url} cannot be reached (${reason}).`)
    }
  }

  /** Sends a POST where there is a body, else a GET. */
  async function send(path: string, body?: object, token?: string) {
    const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` })
    if (body !== undefined) {
      headers.set('content-type', 'application/json')
      headers.set('idempotency-key', randomUUID())
    }
    const method = body === undefined ? 'GET' : 'POST'
    const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) }
    for (let tries = 0; ; tries++) {
      const { response, text } = await attempt(path, init)
      const { status } = response
      if ((status !== 429 && status !== 503) || tries === RETRIES) return { status, text }
      const seconds = Number(response.headers.get('retry-after') ?? 1)
      await delay(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }

  async function login(): Promise<string> {
    const answer = await send('/v1/login', credentials)
    if (answer.status === 401) throw new StartupError('The user name or the password is wrong.')
    if (answer.status !== 200) throw unexpected('/v1/login', answer)
    return (JSON.parse(answer.text) as TokenPair).access_token
  }

  let token = login()
  await token

  return {
    async call<T>(path: string, body?: object): Promise<T> {
      const used = token
      let answer = await send(path, body, await used)
      if (answer.status === 401) {
        // Of many requests that find the token expired, one logs in for all.
        if (token === used) token = login()
        answer = await send(path, body, await token)
      }
      if (answer.status !== 200 && answer.status !== 201) throw unexpected(path, answer)
      return JSON.parse(answer.text) as T
    },

    /** How many changes reached the figures, after how many seconds in all; zero where metrics are not shown. */
    async readLag() {
      const { text } = await send('/metrics')
      const read = (name: string) =>
        Number(new RegExp(`^passbook_event_lag_seconds_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
      return { count: read('count'), seconds: read('sum') }
    },
  }
}
