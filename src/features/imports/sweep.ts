import { type Database, Prisma } from '../../database/client.ts'
import { LOAD_LOCK_CLASS } from '../../database/copy-in.ts'
import { MAX_ATTEMPTS } from './attempt.ts'

/** A file that is silent for so long has nobody who sends or reads it any more. */
const SILENT_SECONDS = 120

/** Nobody works on it: the lock of whoever did went with their connection. The locks are read once. */
const ABANDONED = Prisma.sql`
  imports.id <> ALL (ARRAY(SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND classid = ${LOAD_LOCK_CLASS}::bigint::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))`

/** Deletes pieces of some imports. Each has few: a join could compare all imports with all pieces. */
const deleteChunks = (database: Database, of: Prisma.Sql, part: Prisma.Sql) =>
  database.$executeRaw`
    DELETE FROM import_chunks
    WHERE import_id = ANY (ARRAY(SELECT id FROM imports WHERE ${of})) AND ${part}`

/**
 * Looks after imports: deletes what uploads left that were cut off with their process, pieces that nobody
 * needs, and rejects that are kept no longer; lets those fail that cannot go on.
 *
 * @returns imports that wait for a worker or lost theirs, the oldest first
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
        'detail', 'What loaded the file was ended before it was done; nothing was loaded')
    WHERE ${ABANDONED} AND (status = 'running' AND (NOT has_upload OR attempts >= ${MAX_ATTEMPTS})
      OR status = 'queued' AND NOT has_upload
        AND alive_at < now() - make_interval(secs => ${SILENT_SECONDS}))`
  const waiting = await database.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM imports
    WHERE has_upload AND (status = 'queued' OR status = 'running' AND ${ABANDONED})
    ORDER BY id`
  return waiting.map(({ id }) => Number(id))
}
