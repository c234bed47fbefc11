import { operations } from '../../generated/operations.ts'
import { concernsOf } from '../../http/audit/concerned-users.ts'
import { cookieCredential } from '../../http/auth.ts'
import { clientOf } from '../../http/client.ts'
import { assertSameOrigin, sendSessionCookie } from '../../http/console/session-cookie.ts'
import type { Handle } from '../../http/handlers.ts'
import type { BrowserSessions } from './browser-session.ts'

export function browserSessionRoutes(handle: Handle, sessions: BrowserSessions): void {
  handle(operations.startBrowserSession, async ({ body, request, reply }) => {
    assertSameOrigin(request)
    reply.header('cache-control', 'no-store')
    const { token, session } = await sessions.start(body, clientOf(request), concernsOf(request))
    sendSessionCookie(request, reply, token)
    return session
  })

  handle(operations.renewBrowserSession, async ({ request, reply }) => {
    assertSameOrigin(request)
    reply.header('cache-control', 'no-store')
    const { token, session } = await sessions.renew(cookieCredential(request))
    sendSessionCookie(request, reply, token)
    return session
  })

  handle(operations.endBrowserSession, async ({ request, reply }) => {
    assertSameOrigin(request)
    await sessions.end(cookieCredential(request))
    sendSessionCookie(request, reply, '')
    return null
  })
}
