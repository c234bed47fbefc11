import { operations } from '../../generated/operations.ts'
import { concernsOf } from '../../http/audit/concerned-users.ts'
import type { Handle } from '../../http/handlers.ts'
import { networkOf } from '../../http/rate-limit.ts'
import { hashPassword } from '../../lib/passwords/passwords.ts'
import { assertAcceptablePassword } from './acceptable-password.ts'
import type { PasswordReset } from './password-reset.ts'

export function passwordResetRoutes(handle: Handle, reset: PasswordReset): void {
  handle(operations.requestPasswordReset, async ({ body, request, requestId }) => {
    await reset.request(body, networkOf(request), requestId)
    return { message: 'If there is such an account, a mail is on its way' }
  })

  handle(
    operations.confirmPasswordReset,
    async ({ body }) => {
      const username = await reset.usernameOf(body.token)
      await assertAcceptablePassword(body.new_password, { username, field: 'new_password' })
      return await hashPassword(body.new_password)
    },
    async ({ body, request }, passwordHash) => {
      await reset.confirm(body.token, passwordHash, concernsOf(request))
      return null
    },
  )

  handle(operations.createPasswordReset, async ({ caller, params, reply }) => {
    const { token, url, expiresAt } = await reset.make(caller, params.id)
    reply.header('cache-control', 'no-store')
    return { user_id: params.id, token, url, expires_at: expiresAt.toISOString() }
  })
}
