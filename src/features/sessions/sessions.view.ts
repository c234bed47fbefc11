import type { Session } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import type { SessionRecord } from './fields.ts'

/** A session as the API shows it to a caller. */
export const sessionView = (caller: Caller, session: SessionRecord): Session => ({
  id: Number(session.id),
  current: Number(session.id) === caller.sessionId,
  ...(session.address !== undefined && { address: session.address }),
  ...(session.userAgent !== undefined && { user_agent: session.userAgent }),
  created_at: session.createdAt.toISOString(),
  last_used_at: session.lastUsedAt.toISOString(),
  expires_at: session.expiresAt.toISOString(),
})
