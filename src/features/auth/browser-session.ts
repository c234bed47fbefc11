import type { BrowserSession, Credentials } from '../../generated/schemas.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { TokenCredential } from '../../http/auth.ts'
import type { Client } from '../../http/client.ts'
import type { SessionService } from '../sessions/sessions.public.ts'
import type { AuthService } from './auth.service.ts'

interface Deps {
  readonly auth: Pick<AuthService, 'begin'>
  readonly sessions: Pick<SessionService, 'findCaller' | 'renew' | 'end'>
  /** Makes the token of a cookie for a user id and a session id. */
  readonly signCookie: (claims: { readonly sub: string; readonly sid: string }) => string
  /** How long a session goes on from its start or renewal. */
  readonly lifetimeSeconds: number
}

/** A session that goes on, and what its cookie holds; an empty token takes the cookie back. */
interface InBrowser {
  readonly token: string
  readonly session: BrowserSession
}

export type BrowserSessions = ReturnType<typeof createBrowserSessions>

/** Sessions whose token is in a cookie. */
export function createBrowserSessions({ auth, sessions, signCookie, lifetimeSeconds }: Deps) {
  const inBrowser = (userId: number, sessionId: number, expiresAt: Date): InBrowser => ({
    token: signCookie({ sub: String(userId), sid: String(sessionId) }),
    session: { signed_in: true, expires_at: expiresAt.toISOString() },
  })

  const callerOf = async (credential: TokenCredential | undefined) =>
    credential && (await sessions.findCaller(credential.userId, credential.sessionId))

  return {
    /** @throws AppError 401, 403, 429 as a login does */
    async start(input: Credentials, client: Client, concerns: Concerns): Promise<InBrowser> {
      const begun = await auth.begin(input, client, concerns, lifetimeSeconds)
      return inBrowser(Number(begun.userId), Number(begun.sessionId), begun.expiresAt)
    },

    /** Renews the session of a cookie, if it goes on. */
    async renew(credential: TokenCredential | undefined): Promise<InBrowser> {
      const caller = await callerOf(credential)
      if (caller?.sessionId === undefined) return { token: '', session: { signed_in: false } }
      const expiresAt = await sessions.renew(caller.sessionId, lifetimeSeconds)
      return inBrowser(caller.id, caller.sessionId, expiresAt)
    },

    /** Ends the session of a cookie, if it goes on. */
    async end(credential: TokenCredential | undefined): Promise<void> {
      const caller = await callerOf(credential)
      if (caller?.sessionId !== undefined) await sessions.end(caller, caller.sessionId)
    },
  }
}
