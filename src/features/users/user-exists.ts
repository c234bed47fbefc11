import type { Database } from '../../database/client.ts'

/** Whether the user exists. Code that keeps something of a user checks this afterwards. */
export async function userExists(database: Database, userId: number): Promise<boolean> {
  const rows = await database.$queryRaw<unknown[]>`SELECT id FROM users WHERE id = ${userId}`
  return rows.length > 0
}
