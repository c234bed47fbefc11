import type { Database } from '../../database/client.ts'
import { forbidden } from '../../errors.ts'
import type { PasswordChange } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import type { Client } from '../../http/client.ts'
import { hashPassword, verifyPassword } from '../../lib/passwords/passwords.ts'
import { deleteTokens } from '../mail/mail.public.ts'
import { endSessions } from '../sessions/sessions.public.ts'
import { assertAcceptablePassword } from './acceptable-password.ts'
import type { LoginThrottle } from './login-throttle.ts'

const wrongPassword = () => forbidden('The current password is wrong', 'wrong_password')

export type ChangePassword = ReturnType<typeof createPasswordChange>

/** Creates the function that gives the caller a new password. */
export function createPasswordChange(deps: {
  readonly database: Database
  readonly throttle: LoginThrottle
}) {
  const { database, throttle } = deps

  /**
   * Stores the new password, unless it was changed meanwhile. Ends all sessions but the caller's, and open links to
   * reset the password.
   */
  async function replace({ id, sessionId }: Caller, before: string, after: string): Promise<void> {
    await database.$transaction(async (tx) => {
      const { count } = await tx.user.updateMany({
        where: { id, passwordHash: before },
        data: { passwordHash: after },
      })
      if (count === 0) throw wrongPassword()
      await deleteTokens(tx, BigInt(id), 'password_reset')
      await endSessions(tx, id, sessionId)
    })
  }

  /**
   * @throws AppError 403 for a wrong current password, 422 for a new one that is easily guessed, 429 for too many
   *   attempts: guessing is as slow here as at the login
   */
  return async (caller: Caller, input: PasswordChange, { network }: Client): Promise<void> => {
    const user = await database.user.findUnique({
      where: { id: caller.id },
      select: { id: true, username: true, passwordHash: true },
    })
    const username = user?.username ?? ''
    await assertAcceptablePassword(input.new_password, { username, field: 'new_password' })
    const settle = await throttle.admit({ username, userId: user?.id, network })
    const before = user?.passwordHash ?? null
    const matches = await verifyPassword(before, input.current_password)
    if (before === null || !matches) throw wrongPassword()
    await settle()
    await replace(caller, before, await hashPassword(input.new_password))
  }
}
