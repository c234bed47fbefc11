import { type Database, Prisma } from '../../database/client.ts'
import { LOAD_LOCK_CLASS } from '../../database/copy-in.ts'
import { MAX_ATTEMPTS } from './attempt.ts'

/** After this time without a heartbeat, nobody uploads or reads the file any more. */
const SILENT_SECONDS = 120

/**
 * No attempt is running: an advisory lock ends with the connection that held it. The array subquery
 * reads the locks once, not once per import.
 */
const ABANDONED = Prisma.sql`
  imports.id <> ALL (ARRAY(SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND classid = ${LOAD_LOCK_CLASS}::bigint::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))`

/**
 * Deletes chunks of some imports. The array keeps the planner from joining all imports and chunks.
 */
const deleteChunks = (database: Database, selection: Prisma.Sql, part: Prisma.Sql) =>
  database.$executeRaw`
    DELETE FROM import_chunks
    WHERE import_id = ANY (ARRAY(SELECT id FROM imports WHERE ${selection})) AND ${part}`

/**
 * Cleans up after imports. Deletes uploads that ended with their process, chunks that are no longer
 * needed, and expired rejects. Marks imports failed that no attempt can finish.
 *
 * @returns imports that wait for a worker or lost theirs, oldest first
 */
export async function sweepImports(database: Database, retentionHours: number): Promise<number[]> {
  await database.$executeRaw`
    DELETE FROM imports WHERE status = 'uploading'
      AND alive_at < now() - make_interval(secs => ${SILENT_SECONDS})`
  const kept = Prisma.sql`finished_at >= now() - make_interval(hours => ${retentionHours}::int)`
  const ended = Prisma.sql`status IN ('completed', 'failed')`
  const over = Prisma.sql`status = 'cancelled' OR ${ended} AND NOT (${kept})`
  await deleteChunks(database, ended, Prisma.sql`part = 'upload'`)
  await deleteChunks(database, over, Prisma.sql`true`)
  await database.$executeRaw`
    UPDATE imports SET status = 'failed', finished_at = now(), rows_loaded = 0,
      error = jsonb_build_object('code', 'interrupted',
        'detail', 'The process that loaded the file ended too early; nothing was loaded')
    WHERE ${ABANDONED} AND (status = 'running' AND (NOT has_upload OR attempts >= ${MAX_ATTEMPTS})
      OR status = 'queued' AND NOT has_upload
        AND alive_at < now() - make_interval(secs => ${SILENT_SECONDS}))`
  const waiting = await database.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM imports
    WHERE has_upload AND (status = 'queued' OR status = 'running' AND ${ABANDONED})
    ORDER BY id`
  return waiting.map(({ id }) => Number(id))
}
