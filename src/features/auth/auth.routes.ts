import { operations } from '../../generated/operations.ts'
import { concernsOf } from '../../http/audit/concerned-users.ts'
import { clientOf } from '../../http/client.ts'
import type { Handle } from '../../http/handlers.ts'
import { hashPassword } from '../../lib/passwords/passwords.ts'
import { type UserService, userView } from '../users/users.public.ts'
import { assertAcceptablePassword } from './acceptable-password.ts'
import type { AuthService } from './auth.service.ts'
import type { ChangePassword } from './password-change.ts'
import { issueByGrant } from './token-grants.ts'

export function authRoutes(
  handle: Handle,
  auth: AuthService,
  users: UserService,
  changePassword: ChangePassword,
): void {
  handle(
    operations.register,
    async ({ body }) => {
      await assertAcceptablePassword(body.password, body)
      return await hashPassword(body.password)
    },
    async ({ body, requestId, reply }, passwordHash) => {
      const user = userView(await auth.register(body, passwordHash, requestId))
      reply.header('location', `/v1/users/${user.id}`)
      return { message: 'User created successfully' as const, user }
    },
  )

  handle(operations.login, ({ body, request, reply }) => {
    reply.header('cache-control', 'no-store')
    return auth.login(body, clientOf(request), concernsOf(request))
  })

  handle(operations.issueToken, ({ body, request, reply }) => {
    reply.header('cache-control', 'no-store')
    return issueByGrant(auth, body, clientOf(request), concernsOf(request))
  })

  handle(operations.refreshToken, ({ body, reply }) => {
    reply.header('cache-control', 'no-store')
    return auth.refresh(body.refresh_token)
  })

  handle(operations.logout, async ({ body }) => {
    await auth.logout(body.refresh_token)
    return null
  })

  handle(operations.changePassword, async ({ caller, body, request }) => {
    await changePassword(caller, body, clientOf(request))
    return null
  })

  handle(operations.getMe, async ({ caller }) => userView(await users.get(caller, caller.id)))
}
