import type { Database } from '../../database/client.ts'

/** Deletes expired sessions and refresh tokens. */
export async function deleteExpiredSessions(database: Database): Promise<void> {
  await database.$executeRaw`SELECT delete_expired_sessions(now())`
}
