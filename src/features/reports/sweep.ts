import type { Database } from '../../database/client.ts'
import { MAX_ATTEMPTS, SILENT_SECONDS } from './build.ts'

/** A report to be built, as a job carries it. */
export interface ReportRequest {
  readonly report_id: number
  readonly request_id?: string
}

/**
 * Looks after reports: deletes those kept long enough, lets those fail whose worker died at the last
 * attempt, and finds those whose job or worker got lost.
 *
 * @returns what is to be enqueued again
 */
export async function sweepReports(
  database: Database,
  retentionHours: number,
): Promise<ReportRequest[]> {
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
  const lost = await database.$queryRaw<{ id: bigint; request_id: string | null }[]>`
    SELECT id, request_id FROM reports
    WHERE status IN ('queued', 'running')
      AND coalesce(alive_at, created_at) < now() - make_interval(secs => ${SILENT_SECONDS})
    ORDER BY id`
  return lost.map(({ id, request_id }) => ({
    report_id: Number(id),
    ...(request_id !== null && { request_id }),
  }))
}
