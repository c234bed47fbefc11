import type { Database } from '../database/client.ts'

/** Events of one statement. */
const MAX_DELETED = 2_000

/** Deletes events of more than so many days, in steps that hold up nobody. */
export async function deleteOldEvents(database: Database, days: number): Promise<void> {
  for (;;) {
    const [row] = await database.$queryRaw<[{ deleted: number }]>`
      SELECT delete_old_events(${days}::int, ${MAX_DELETED}::int) AS deleted`
    if (row.deleted < MAX_DELETED) return
  }
}
