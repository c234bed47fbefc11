import { type Database, violatesForeignKey } from '../../database/client.ts'
import { forbidden, unauthorized } from '../../errors.ts'
import type { Credentials, Registration, TokenPair } from '../../generated/schemas.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { Client } from '../../http/client.ts'
import { verifyPassword } from '../../lib/passwords/passwords.ts'
import type { SessionService, Started } from '../sessions/sessions.public.ts'
import type { UserRecord, UserService } from '../users/users.public.ts'
import { accountByName } from './account-by-name.ts'
import type { LoginThrottle } from './login-throttle.ts'

interface Deps {
  readonly database: Database
  readonly users: UserService
  readonly sessions: SessionService
  readonly throttle: LoginThrottle
  /** Makes an access token for a user id and a session id. */
  readonly signAccessToken: (claims: { readonly sub: string; readonly sid: string }) => string
  readonly accessTokenSeconds: number
}

export type AuthService = ReturnType<typeof createAuthService>

const wrongCredentials = () => unauthorized('User name or password is wrong', 'invalid_credentials')

export function createAuthService(deps: Deps) {
  const { database, users, sessions, throttle, signAccessToken, accessTokenSeconds } = deps

  const issue = ({ userId, sessionId, refreshToken }: Started): TokenPair => ({
    access_token: signAccessToken({ sub: String(userId), sid: String(sessionId) }),
    token_type: 'bearer',
    expires_in: accessTokenSeconds,
    refresh_token: refreshToken,
  })

  /** The session of a login, before it has tokens. See `login`. */
  async function begin(
    { username, password }: Credentials,
    client: Client,
    concerns: Concerns,
    lifetimeSeconds?: number,
  ): Promise<Started> {
    const { network } = client
    const user = await accountByName(database, username)
    concerns(user?.id)
    const settle = await throttle.admit({ username, userId: user?.id, network })
    const matches = await verifyPassword(user?.passwordHash ?? null, password)
    if (user === null || !matches) throw wrongCredentials()
    await settle()
    if (user.disabledAt !== null) throw forbidden('This account is disabled', 'account_disabled')
    await throttle.remember(user.id, network).catch((error: unknown) => {
      throw violatesForeignKey(error) ? wrongCredentials() : error
    })
    const started = await sessions.start(user, client, lifetimeSeconds)
    if (started === undefined) throw wrongCredentials()
    return started
  }

  return {
    /**
     * Creates an account that can log in; its name defaults to the user name. Its address is only
     * claimed.
     *
     * @param passwordHash computed by the caller: hashing is slow, and this may run in a
     *   transaction
     * @throws AppError 409 when the user name or e-mail address is taken
     */
    async register(
      { password: _, email, ...registration }: Registration,
      passwordHash: string,
      requestId: string,
    ): Promise<UserRecord> {
      const claimed = typeof email === 'string' ? { address: email, verified: false } : undefined
      const user = { name: registration.username, ...registration, email: claimed, passwordHash }
      return await users.create(user, { source: 'registration', requestId })
    },

    /**
     * Begins a session.
     *
     * @throws AppError 401 for a wrong password, or a user who is unknown or deleted meanwhile. All
     *   get the same answer after the same work. 403 for a disabled account with the right
     *   password. 429 for too many login attempts
     */
    login: async (
      credentials: Credentials,
      client: Client,
      concerns: Concerns,
    ): Promise<TokenPair> => issue(await begin(credentials, client, concerns)),

    /**
     * Begins a session of this many seconds that has no tokens yet: nobody gets its refresh token.
     *
     * @throws AppError as `login`
     */
    begin,

    /**
     * Exchanges a refresh token for new tokens. One that is used twice ends its session.
     *
     * @throws AppError 401 for a token that is unknown, expired, revoked or used before, or whose
     *   account is disabled
     */
    async refresh(token: string): Promise<TokenPair> {
      const started = await sessions.exchange(token)
      if (started === undefined) {
        throw unauthorized('The refresh token is not valid', 'invalid_refresh_token')
      }
      return issue(started)
    },

    /** Ends the token's session. An unknown token is no error. */
    logout: (token: string): Promise<void> => sessions.endByToken(token),
  }
}
