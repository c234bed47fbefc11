import type { Database } from '../../database/client.ts'
import { releaseRequests } from '../../events/outbox.ts'
import { MAX_ATTEMPTS, SILENT_SECONDS } from './build.ts'

/**
 * Looks after reports: deletes those kept long enough, lets those fail whose worker died at the
 * last attempt, and has those built again whose worker died earlier.
 *
 * @returns how many are to be built again
 */
export async function sweepReports(database: Database, retentionHours: number): Promise<number> {
  await database.$executeRaw`
    DELETE FROM reports WHERE created_at < now() - make_interval(hours => ${retentionHours}::int)`
  await database.$executeRaw`
    UPDATE reports SET status = 'failed', finished_at = now()
    WHERE status IN ('queued', 'running') AND attempts >= ${MAX_ATTEMPTS}
      AND alive_at < now() - make_interval(secs => ${SILENT_SECONDS})`
  // Files of failed reports, and of those whose builder lost them, help nobody.
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
