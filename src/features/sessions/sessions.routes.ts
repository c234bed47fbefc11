import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { SessionService } from './sessions.service.ts'
import { sessionView } from './sessions.view.ts'

export function sessionRoutes(handle: Handle, sessions: SessionService): void {
  handle(operations.listSessions, async ({ caller, query, request, reply }) => {
    const page = await sessions.list(caller, query)
    const items = page.items.map((session) => sessionView(caller, session))
    return sendPage(request, reply, query, { ...page, items })
  })

  handle(operations.deleteSession, async ({ caller, params }) => {
    await sessions.end(caller, params.id)
    return null
  })

  handle(operations.deleteSessions, async ({ caller }) => {
    await sessions.endAll(caller)
    return null
  })
}
