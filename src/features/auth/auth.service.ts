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
   * Whether a token's account may go on; keeps it until the end. Deleting a user locks the user first
   * and their tokens after: an exchange has to take the same order.
   */
  const keepEnabledOwner = async (tx: DatabaseTransaction, tokenHash: Uint8Array) => {
    const rows = await tx.$queryRaw<unknown[]>`
      SELECT id FROM users WHERE disabled_at IS NULL
        AND id = (SELECT user_id FROM refresh_tokens WHERE token_hash = ${tokenHash})
      FOR KEY SHARE`
    return rows.length > 0
  }

  /**
   * Revokes what one login grew into. A deletion waits for an exchange under way and does not see the
   * token it leaves, so it is repeated until nothing was there.
   */
  async function revoke(family: string): Promise<void> {
    const { count } = await database.refreshToken.deleteMany({ where: { family } })
    if (count > 0) await revoke(family)
  }

  return {
    /**
     * Creates an account that can log in; its name defaults to the user name.
     *
     * @param passwordHash made before: hashing takes long, and this may run inside of a transaction
     * @throws AppError 409
     */
    async register(
      { password: _, ...registration }: Registration,
      passwordHash: string,
    ): Promise<UserRecord> {
      return await users.create({ name: registration.username, ...registration, passwordHash })
    },

    /**
     * @param network where the request comes from
     * @throws AppError 401, the same and after the same work for an unknown user; also for one who is
     *   deleted meanwhile; 403 with the right password of a disabled account; 429 for too many attempts
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
     * Exchanges a refresh token for new tokens. A token that was exchanged before is in two hands:
     * its whole family is revoked. The exchange is one database transaction, so that of two at the
     * same moment the second sees the first.
     *
     * @throws AppError 401 for a token that is unknown, expired, revoked or used, or of a disabled account
     */
    async refresh(token: string): Promise<TokenPair> {
      const tokenHash = digest(token)
      const pair = await database.$transaction(async (tx) => {
        if (!(await keepEnabledOwner(tx, tokenHash))) return undefined
        const [used] = await tx.refreshToken.updateManyAndReturn({
          where: { tokenHash, usedAt: null, expiresAt: { gt: new Date() } },
          data: { usedAt: new Date() },
        })
        return used && (await issue(tx, used.userId, used.family))
      })
      if (pair) return pair
      const known = await database.refreshToken.findUnique({ where: { tokenHash } })
      if (known?.usedAt) await revoke(known.family)
      throw unauthorized('The refresh token is not valid', 'invalid_refresh_token')
    },

    /** Revokes what one login grew into. An unknown token is as good as revoked. */
    async logout(token: string): Promise<void> {
      const known = await database.refreshToken.findUnique({ where: { tokenHash: digest(token) } })
      if (known) await revoke(known.family)
    },
  }
}
