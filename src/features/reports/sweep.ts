import type { Database } from '../../database/client.ts'
import { releaseRequests } from '../../events/outbox.ts'
import { MAX_ATTEMPTS, SILENT_SECONDS } from './build.ts'

/**
 * Cleans up after reports. Deletes expired ones, marks those failed whose worker died in the last
 * attempt, and enqueues those again whose worker died earlier.
 *
 * @returns how many were enqueued again
 */
export async function sweepReports(database: Database, retentionHours: number): Promise<number> {
  await database.$executeRaw`
    DELETE FROM reports WHERE created_at < now() - make_interval(hours => ${retentionHours}::int)`
  await database.$executeRaw`
    UPDATE reports SET status = 'failed', finished_at = now()
    WHERE status IN ('queued', 'running') AND attempts >= ${MAX_ATTEMPTS}
      AND alive_at < now() - make_interval(secs => ${SILENT_SECONDS})`
  // Nobody can download the file of a failed report.
  await database.$executeRaw`
    DELETE FROM report_chunks
    WHERE report_id = ANY (ARRAY(SELECT id FROM reports WHERE status = 'failed'))`
  const silent = await database.$queryRaw<{ id: bigint; userId: bigint }[]>`
    SELECT id, user_id AS "userId" FROM reports
    WHERE status IN ('queued', 'running')
      AND coalesce(alive_at, created_at) < now() - make_interval(secs => ${SILENT_SECONDS})
    ORDER BY id`
  return await releaseRequests(database, 'report.requested', silent)
}
