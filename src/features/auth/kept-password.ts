import type { Database } from '../../database/client.ts'
import { verifyPassword } from '../../lib/passwords/passwords.ts'
import { accountByName } from './account-by-name.ts'

/** Whether the account of a user name has this password, which was generated for it, still. */
export async function hasKeptPassword(
  database: Database,
  username: string,
  generated: string,
): Promise<boolean> {
  const account = await accountByName(database, username)
  return await verifyPassword(account?.passwordHash ?? null, generated)
}
