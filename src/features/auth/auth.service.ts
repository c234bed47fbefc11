import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  type Database,
  type DatabaseTransaction,
  violatesForeignKey,
} from '../../database/client.ts'
import { forbidden, unauthorized } from '../../errors.ts'
import type { Credentials, Registration, TokenPair } from '../../generated/schemas.ts'
import { DAY_MS } from '../../lib/day.ts'
import { verifyPassword } from '../../lib/passwords.ts'
import type { UserRecord, UserService } from '../users/users.public.ts'
import { accountByName } from './account-by-name.ts'
import type { LoginThrottle } from './login-throttle.ts'

const TOKEN_BYTES = 32

interface Deps {
  readonly database: Database
  readonly users: UserService
  readonly throttle: LoginThrottle
  /** Makes an access token for a user id. */
  readonly signAccessToken: (userId: string) => string
  readonly accessTokenSeconds: number
  readonly refreshTokenDays: number
}

export type AuthService = ReturnType<typeof createAuthService>

const wrongCredentials = () => unauthorized('User name or password is wrong', 'invalid_credentials')

const digest = (token: string) => new Uint8Array(createHash('sha256').update(token).digest())

export function createAuthService(deps: Deps) {
  const { database, users, throttle, signAccessToken, accessTokenSeconds, refreshTokenDays } = deps

  async function issue(
    tx: Database | DatabaseTransaction,
    userId: bigint,
    family: string,
  ): Promise<TokenPair> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const expiresAt = new Date(Date.now() + refreshTokenDays * DAY_MS)
    await tx.refreshToken.create({ data: { userId, family, tokenHash: digest(token), expiresAt } })
    return {
      access_token: signAccessToken(String(userId)),
      token_type: 'bearer',
      expires_in: accessTokenSeconds,
      refresh_token: token,
    }
  }

  /**
   * Locks the token's account until the end of the transaction. False when it is disabled or gone.
   * Deleting a user locks the user first and the tokens after. An exchange takes the same order, as
   * the two could deadlock otherwise.
   */
  const lockEnabledOwner = async (tx: DatabaseTransaction, tokenHash: Uint8Array) => {
    const rows = await tx.$queryRaw<unknown[]>`
      SELECT id FROM users WHERE disabled_at IS NULL
        AND id = (SELECT user_id FROM refresh_tokens WHERE token_hash = ${tokenHash})
      FOR KEY SHARE`
    return rows.length > 0
  }

  /**
   * Revokes a family of tokens. A deletion that waits for an exchange under way does not see the
   * new token, so it is repeated until it finds none.
   */
  async function revoke(family: string): Promise<void> {
    const { count } = await database.refreshToken.deleteMany({ where: { family } })
    if (count > 0) await revoke(family)
  }

  return {
    /**
     * Creates an account that can log in; its name defaults to the user name.
     *
     * @param passwordHash computed by the caller: hashing is slow, and this may run in a
     *   transaction
     * @throws AppError 409 when the user name or e-mail address is taken
     */
    async register(
      { password: _, ...registration }: Registration,
      passwordHash: string,
    ): Promise<UserRecord> {
      return await users.create({ name: registration.username, ...registration, passwordHash })
    },

    /**
     * @param network the network the request comes from
     * @throws AppError 401 for a wrong password, or a user who is unknown or deleted meanwhile. All
     *   get the same answer after the same work. 403 for a disabled account with the right
     *   password. 429 for too many login attempts
     */
    async login({ username, password }: Credentials, network: string): Promise<TokenPair> {
      const user = await accountByName(database, username)
      const settle = await throttle.admit({ username, userId: user?.id, network })
      const matches = await verifyPassword(user?.passwordHash ?? null, password)
      if (user === null || !matches) throw wrongCredentials()
      await settle()
      if (user.disabledAt !== null) throw forbidden('This account is disabled', 'account_disabled')
      try {
        await throttle.remember(user.id, network)
        return await issue(database, user.id, randomUUID())
      } catch (error) {
        throw violatesForeignKey(error) ? wrongCredentials() : error
      }
    },

    /**
     * Exchanges a refresh token for new tokens. Using a token twice means that somebody else has it
     * too, so its whole family is revoked. The exchange is one database transaction: of two at the
     * same moment, the second sees the first.
     *
     * @throws AppError 401 for a token that is unknown, expired, revoked or used before, or whose
     *   account is disabled
     */
    async refresh(token: string): Promise<TokenPair> {
      const tokenHash = digest(token)
      const pair = await database.$transaction(async (tx) => {
        if (!(await lockEnabledOwner(tx, tokenHash))) return undefined
        const [used] = await tx.refreshToken.updateManyAndReturn({
          where: { tokenHash, usedAt: null, expiresAt: { gt: new Date() } },
          data: { usedAt: new Date() },
        })
        return used && (await issue(tx, used.userId, used.family))
      })
      if (pair) return pair
      const stored = await database.refreshToken.findUnique({ where: { tokenHash } })
      if (stored?.usedAt) await revoke(stored.family)
      throw unauthorized('The refresh token is not valid', 'invalid_refresh_token')
    },

    /** Revokes the token's whole family. An unknown token is no error. */
    async logout(token: string): Promise<void> {
      const stored = await database.refreshToken.findUnique({ where: { tokenHash: digest(token) } })
      if (stored) await revoke(stored.family)
    },
  }
}
