import type { Database } from '../../database/client.ts'

/** Whether there is such a user, as whoever keeps something of theirs has to know. */
export async function isThere(database: Database, userId: number): Promise<boolean> {
  const rows = await database.$queryRaw<unknown[]>`SELECT id FROM users WHERE id = ${userId}`
  return rows.length > 0
}
