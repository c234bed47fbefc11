import type { Database } from '../../database/client.ts'

/** Deliveries of one statement. */
const MAX_DELETED = 1_000

async function deleteOld(database: Database, days: number): Promise<void> {
  for (;;) {
    const [row] = await database.$queryRaw<[{ deleted: number }]>`
      SELECT delete_old_webhook_deliveries(${days}::int, ${MAX_DELETED}::int) AS deleted`
    if (row.deleted < MAX_DELETED) return
  }
}

async function deleteOf(database: Database, endpoint: bigint): Promise<void> {
  for (;;) {
    const [row] = await database.$queryRaw<[{ deleted: number }]>`
      SELECT delete_webhook_deliveries(${endpoint}::bigint, ${MAX_DELETED}::int) AS deleted`
    if (row.deleted < MAX_DELETED) return
  }
}

/**
 * Deletes deliveries of endpoints that are gone, and those that are older than so many days. An
 * endpoint is there before its deliveries, so deliveries are looked at first.
 */
export async function sweepDeliveries(database: Database, days: number): Promise<void> {
  const found = await database.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM endpoints_of_deliveries() AS id`
  const ids = found.map(({ id }) => id)
  const there = await database.webhookEndpoint.findMany({
    where: { id: { in: ids } },
    select: { id: true },
  })
  const known = new Set(there.map(({ id }) => id))
  for (const id of ids) if (!known.has(id)) await deleteOf(database, id)
  await deleteOld(database, days)
}
