import { operations } from '../../generated/operations.ts'
import { concernsOf } from '../../http/audit/concerned-users.ts'
import { bulkResult } from '../../http/bulk.ts'
import type { Handle, HandleAhead } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { UserBulk } from './bulk.ts'
import type { UserService } from './users.service.ts'
import { userView } from './users.view.ts'

export function userRoutes(
  handle: Handle,
  handleAhead: HandleAhead,
  users: UserService,
  bulk: UserBulk,
): void {
  handle(operations.createUser, async ({ caller, body, requestId, reply }) => {
    const email = { address: body.email, verified: true }
    const origin = { source: 'single', requestId, accountId: caller.id } as const
    const user = userView(await users.create({ ...body, email }, origin))
    reply.header('location', `/v1/users/${user.id}`)
    return user
  })

  handle(operations.listUsers, async ({ query, request, reply }) => {
    const page = await users.list(query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(userView) })
  })

  handle(operations.bulkCreateUsers, async ({ caller, body, requestId }) =>
    bulkResult(await bulk.create(caller, body, requestId), 'user', userView),
  )

  handle(operations.bulkDeleteUsers, async ({ caller, body, requestId, request }) => {
    const { deleted, notFound } = await bulk.remove(
      caller,
      body.ids,
      requestId,
      concernsOf(request),
    )
    return { deleted, not_found: [...notFound] }
  })

  handleAhead(operations.getUser, users.look, ({ caller, params }, seen) =>
    users.show(caller, params.id, seen),
  )

  handle(operations.updateUser, async ({ caller, params, body, requestId }) =>
    userView(await users.update(caller, params.id, body, requestId)),
  )

  handle(operations.deleteUser, async ({ caller, params, requestId }) => {
    await users.remove(caller, params.id, requestId)
    return null
  })
}
