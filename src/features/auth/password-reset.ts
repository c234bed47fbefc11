import type { Database, DatabaseTransaction, Prisma } from '../../database/client.ts'
import { conflict } from '../../errors.ts'
import type { PasswordResetRequest } from '../../generated/schemas.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { Caller } from '../../http/auth.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { findUserOf, issueToken, type Links, requestMails, useToken } from '../mail/mail.public.ts'
import { endSessions } from '../sessions/sessions.public.ts'
import { hasEmail, type UserService } from '../users/users.public.ts'
import { countAttempt, perWindow } from './login-attempts.ts'

/** Requests of one network. */
const FROM_ONE_NETWORK = { maxFailures: 30, seconds: 900 }
/** Requests for one user name or address, so that nobody fills a mailbox. */
const FOR_ONE_ACCOUNT = { maxFailures: 5, seconds: 3_600 }

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly users: Pick<UserService, 'lockAccount'>
  readonly links: Links
}

export type PasswordReset = ReturnType<typeof createPasswordReset>

/** How somebody who forgot their password gets a new one. */
export function createPasswordReset({ database, crypto, users, links }: Deps) {
  /** Of those of an address only the verified user: others claim it, and do not read it. */
  const accountOf = ({ username, email }: PasswordResetRequest) => ({
    usernameKey: username?.toLowerCase() ?? { not: null },
    ...(email !== undefined && hasEmail(crypto, email)),
    emailVerified: true,
    disabledAt: null,
  })

  const limit = (what: string, text: string, limits: typeof FOR_ONE_ACCOUNT) =>
    perWindow(crypto.blindIndex(`password-reset.${what}`, text), limits)

  const isCounted = async (tx: DatabaseTransaction, count: Prisma.Sql): Promise<boolean> =>
    (await tx.$queryRaw<unknown[]>(count)).length > 0

  return {
    /**
     * Has a link mailed to the account's verified address. An account that does not exist, or has no
     * such address, takes the same statements, so that neither answer nor time tell which do. Past
     * five in an hour nothing is mailed.
     *
     * @throws AppError 429 when too many come from one network
     */
    async request(asked: PasswordResetRequest, network: string, requestId: string): Promise<void> {
      await countAttempt(database, [limit('network', network, FROM_ONE_NETWORK)])
      const name = JSON.stringify([asked.username, asked.email]).toLowerCase()
      await database.$transaction(async (tx) => {
        if (!(await isCounted(tx, limit('account', name, FOR_ONE_ACCOUNT).count))) return
        const account = await tx.user.findFirst({
          where: accountOf(asked),
          select: { id: true },
        })
        if (account) await requestMails(tx, 'reset', [account.id], requestId)
        else await isCounted(tx, limit('nobody', name, FOR_ONE_ACCOUNT).count)
      })
    },

    /**
     * The user name of the account that a token is for. Ask before a password is hashed for it.
     *
     * @throws AppError 422 for a token that is no good
     */
    async usernameOf(token: string): Promise<string | null> {
      const id = await findUserOf(database, 'password_reset', token)
      const user = await database.user.findUnique({ where: { id }, select: { username: true } })
      return user?.username ?? null
    },

    /**
     * Gives the user of the token a new password, and ends all their logins.
     *
     * @throws AppError 422 for a token that is no good
     */
    async confirm(token: string, passwordHash: string, concerns: Concerns): Promise<void> {
      await database.$transaction(async (tx) => {
        const id = await useToken(tx, crypto, 'password_reset', token)
        concerns(id)
        await tx.user.update({ where: { id }, data: { passwordHash } })
        await endSessions(tx, id)
      })
    },

    /**
     * Makes a link to hand over, for a user without mail.
     *
     * @throws AppError 403, 404, 409 for a user who cannot log in
     */
    async make(caller: Caller, id: number) {
      return await database.$transaction(async (tx) => {
        const user = await users.lockAccount(tx, caller, id)
        if (user.username === null) {
          throw conflict('no_login', 'The user has no user name to log in with')
        }
        const fresh = { userId: user.id, purpose: 'password_reset', emailIndex: null } as const
        const { token, expiresAt } = await issueToken(tx, fresh)
        return { token, url: links.to('password_reset', token), expiresAt }
      })
    },
  }
}
