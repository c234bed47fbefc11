import { type Database, violatedUnique } from '../../database/client.ts'
import { conflict } from '../../errors.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { Caller } from '../../http/auth.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { requestMails, useToken } from '../mail/mail.public.ts'
import { emailTaken, type UserService } from '../users/users.public.ts'
import { countAttemptIn, perWindow } from './login-attempts.ts'

/** Of one user, so that nobody fills a stranger's mailbox. */
const MAX_MAILS = { maxFailures: 5, seconds: 3_600 }

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly users: Pick<UserService, 'lockAccount'>
}

export type EmailVerification = ReturnType<typeof createEmailVerification>

/** How an address that a user gave for themselves becomes known to be theirs. */
export function createEmailVerification({ database, crypto, users }: Deps) {
  return {
    /**
     * Has the link mailed to the user's address.
     *
     * @throws AppError 403, 404, 409 when there is nothing to verify, 429 after five in an hour
     */
    async request(caller: Caller, id: number, requestId: string): Promise<void> {
      await database.$transaction(async (tx) => {
        const user = await users.lockAccount(tx, caller, id)
        if (user.email === undefined) {
          throw conflict('no_email', 'The user has no email address')
        }
        if (user.emailVerified) {
          throw conflict('email_verified', 'The email address is verified already')
        }
        const subject = crypto.blindIndex('email-verification', String(user.id))
        await countAttemptIn(tx, [perWindow(subject, MAX_MAILS)])
        await requestMails(tx, 'verification', [user.id], requestId)
      })
    },

    /**
     * Makes an address verified by the token that was mailed to it.
     *
     * @throws AppError 422 for a token that is no good, 409 when somebody else verified the address
     *   meanwhile
     */
    async confirm(token: string, concerns: Concerns): Promise<void> {
      await database
        .$transaction(async (tx) => {
          const id = await useToken(tx, crypto, 'email_verification', token)
          concerns(id)
          await tx.user.update({ where: { id }, data: { emailVerified: true } })
        })
        .catch((error: unknown) => {
          throw violatedUnique(error)?.includes('email') ? emailTaken() : error
        })
    },
  }
}
