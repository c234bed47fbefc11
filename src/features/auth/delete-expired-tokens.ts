import type { Database } from '../../database/client.ts'
import { cleanUpLogins } from './login-throttle.ts'

/** Deletes expired refresh tokens, and login attempts that no limit counts any more. */
export async function deleteExpiredTokens(database: Database): Promise<void> {
  await database.refreshToken.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  await cleanUpLogins(database)
}
