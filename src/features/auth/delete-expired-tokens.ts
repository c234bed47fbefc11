import type { Database } from '../../database/client.ts'
import { deleteExpiredOneTimeTokens } from '../mail/mail.public.ts'
import { deleteExpiredSessions } from '../sessions/sessions.public.ts'
import { cleanUpLogins } from './login-throttle.ts'

/**
 * Deletes expired sessions, refresh tokens and one-time tokens, and login attempts that no limit
 * counts any more.
 */
export async function deleteExpiredTokens(database: Database): Promise<void> {
  await deleteExpiredSessions(database)
  await deleteExpiredOneTimeTokens(database)
  await cleanUpLogins(database)
}
