import type { DatabaseTransaction } from './client.ts'

/**
 * Tells triggers for which request the current database transaction writes. Rows of most tables
 * have no column that says so.
 */
export async function nameRequest(tx: DatabaseTransaction, requestId = ''): Promise<void> {
  await tx.$executeRaw`SELECT set_config('passbook.request_id', ${requestId}, true)`
}
