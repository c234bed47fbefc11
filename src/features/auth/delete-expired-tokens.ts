import type { Database } from '../../database/client.ts'
import { deleteExpiredSessions } from '../sessions/sessions.public.ts'
import { cleanUpLogins } from './login-throttle.ts'

/** Deletes expired sessions and refresh tokens, and login attempts that no limit counts any more. */
export async function deleteExpiredTokens(database: Database): Promise<void> {
  await deleteExpiredSessions(database)
  await cleanUpLogins(database)
}
