import type { Findings } from '../findings.ts'
import { ACCESS_TOKEN_SECONDS } from '../servers/topology.ts'
import type { Call, Outcome, Request } from './call.ts'

/** Tokens are exchanged at this age, in milliseconds. */
const REFRESH_MS = 0.6 * ACCESS_TOKEN_SECONDS * 1000
/** Younger ones, in milliseconds, have to be good. */
const GOOD_MS = 0.9 * ACCESS_TOKEN_SECONDS * 1000

export interface Credentials {
  readonly username: string
  readonly password: string
}

interface Tokens {
  readonly access: string
  readonly refresh: string
  readonly since: number
}

export type Session = ReturnType<typeof createSession>

/** Sends requests under an account: logs in, and exchanges tokens before they are too old. */
export function createSession(call: Call, credentials: Credentials, findings: Findings) {
  let tokens: Tokens | undefined

  function take({ access_token, refresh_token }: { access_token: string; refresh_token: string }) {
    tokens = { access: access_token, refresh: refresh_token, since: performance.now() }
  }

  /** @returns the outcome where there are no new tokens */
  async function obtain(path: string, body: unknown): Promise<Outcome | undefined> {
    const outcome = await call({ method: 'POST', path, body })
    if (outcome.kind !== 'answered') return outcome
    if (outcome.answer.status === 200) {
      take(outcome.answer.body)
      return undefined
    }
    if (outcome.answer.status < 500) {
      const { status, body: problem } = outcome.answer
      findings.add('session that was refused', `${path} answered ${status} ${problem.code}`)
    }
    return { kind: 'unsent' }
  }

  async function renew(): Promise<Outcome | undefined> {
    const known = tokens
    tokens = undefined
    if (known === undefined) return await obtain('/v1/login', credentials)
    // Where the answer is lost the token may be used up: the next request logs in.
    return await obtain('/v1/token/refresh', { refresh_token: known.refresh })
  }

  return {
    /** @returns `unsent` also when there is no session to send it in */
    async send(request: Omit<Request, 'token'>): Promise<Outcome> {
      if (tokens === undefined || performance.now() - tokens.since > REFRESH_MS) {
        const trouble = await renew()
        if (trouble) return { kind: 'unsent' }
      }
      const used = tokens
      if (used === undefined) return { kind: 'unsent' }
      const outcome = await call({ ...request, token: used.access })
      if (outcome.kind !== 'answered' || outcome.answer.status !== 401) return outcome
      if (performance.now() - used.since < GOOD_MS) {
        findings.add('token that was refused', `${request.method} ${request.path}`)
      }
      tokens = undefined
      return { kind: 'unsent' }
    },

    /** Ends the session; the next request begins another. */
    async end(): Promise<void> {
      const known = tokens
      tokens = undefined
      if (known === undefined) return
      const body = { refresh_token: known.refresh }
      await call({ method: 'POST', path: '/v1/logout', body })
    },
  }
}
