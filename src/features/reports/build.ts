import { type Database, Prisma } from '../../database/client.ts'
import { isPassing } from '../../database/errors.ts'
import type { ReportFormat, UserGroupKind } from '../../generated/schemas.ts'
import type { Log } from '../../lib/log.ts'
import { openWorkLog, type WorkLog } from '../../lib/work-log.ts'
import { type FileResult, type TakeChunk, writeUserGroups } from './user-groups-file.ts'

/** Attempts at a report that fails for a reason that does not look temporary. */
const MAX_FAILED_ATTEMPTS = 3
/** Attempts at a report whose database goes away or whose worker dies. */
export const MAX_ATTEMPTS = 20
/** A running report without a heartbeat for this long has lost its worker. */
export const SILENT_SECONDS = 30
const HEARTBEAT_MS = 5_000

/**
 * A report that this worker builds. The number of the attempt distinguishes it from earlier
 * attempts.
 */
interface Claim {
  readonly id: bigint
  readonly attempt: number
  readonly groupBy: readonly UserGroupKind[]
  readonly format: ReportFormat
  readonly includeMembers: boolean
}

/** The report was deleted, or another attempt has claimed it: there is nothing left to do. */
class LostReport extends Error {
  override readonly name = 'LostReport'
}

/** Claims a report that nobody builds, and deletes the chunks of an earlier attempt. */
async function claim(database: Database, id: number): Promise<Claim | undefined> {
  return await database.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<Claim[]>`
      UPDATE reports SET status = 'running', attempts = attempts + 1, alive_at = now(),
        started_at = coalesce(started_at, now())
      WHERE id = ${id} AND attempts < ${MAX_ATTEMPTS} AND (status = 'queued'
        OR status = 'running' AND alive_at < now() - make_interval(secs => ${SILENT_SECONDS}))
      RETURNING id, attempts::int AS attempt, group_by AS "groupBy", format,
        include_members AS "includeMembers"`
    if (row !== undefined) await tx.reportChunk.deleteMany({ where: { reportId: row.id } })
    return row
  })
}

/** Selects the report while this attempt owns it. */
const isOwned = ({ id, attempt }: Claim) =>
  Prisma.sql`id = ${id} AND attempts = ${attempt} AND status = 'running'`

/**
 * Stores a chunk of the file and the progress.
 *
 * @throws LostReport when the report is no longer ours
 */
async function storeChunk(
  database: Database,
  claimed: Claim,
  position: number,
  content: Uint8Array,
  progress: number,
): Promise<void> {
  const count = await database.$executeRaw`
    WITH mine AS (
      UPDATE reports SET alive_at = now(), progress = greatest(progress, ${progress}::real)
      WHERE ${isOwned(claimed)} RETURNING id)
    INSERT INTO report_chunks (report_id, position, content)
    SELECT id, ${position}::int, ${content} FROM mine`
  if (count === 0) throw new LostReport()
}

/**
 * Writes a heartbeat at intervals, also while a query takes long.
 *
 * @returns a function that stops it
 */
function startHeartbeat(database: Database, claimed: Claim): () => void {
  const beat = () =>
    database.$executeRaw`UPDATE reports SET alive_at = now() WHERE ${isOwned(claimed)}`.catch(
      () => undefined,
    )
  const timer = setInterval(beat, HEARTBEAT_MS)
  return () => clearInterval(timer)
}

async function complete(database: Database, claimed: Claim, result: FileResult): Promise<void> {
  await database.$executeRaw`
    UPDATE reports SET status = 'completed', progress = 1, finished_at = now(),
      group_count = ${result.groups}, bytes = ${result.bytes}
    WHERE ${isOwned(claimed)}`
}

/** Queues a report again after a failure, or marks it failed after the last attempt. */
async function fail(database: Database, claimed: Claim, error: unknown): Promise<void> {
  const retries = claimed.attempt < (isPassing(error) ? MAX_ATTEMPTS : MAX_FAILED_ATTEMPTS)
  await database.$executeRaw`
    UPDATE reports SET
      status = ${retries ? 'queued' : 'failed'}::"ReportStatus",
      finished_at = CASE WHEN ${retries} THEN NULL ELSE now() END
    WHERE ${isOwned(claimed)}`
}

/** What building a report needs. */
export interface BuildDeps {
  readonly database: Database
  /** Reading all users takes a connection of its own. */
  readonly databaseUrl: string
  readonly log: Log
  /** The folder with the log files. */
  readonly dataDir: string
}

/** Builds the file, and completes the report. */
async function write(
  { database, databaseUrl }: BuildDeps,
  claimed: Claim,
  log: WorkLog,
): Promise<void> {
  const { format, includeMembers, groupBy } = claimed
  let position = 0
  let rows = 0
  const take: TakeChunk = async (content, progress) => {
    await storeChunk(database, claimed, position, content, progress)
    position += 1
  }
  const layout = { format, includeMembers, groupings: [groupBy], createdAt: new Date() }
  const result = await writeUserGroups(databaseUrl, layout, take, (grouping) => {
    rows += grouping.rows
    log.info('groups read', { groups: grouping.groups, rows: grouping.rows, ...log.pace(rows) })
  })
  await complete(database, claimed, result)
  log.info('report completed', { ...result, rows, ...log.pace(rows) })
}

/**
 * Builds a report. Does nothing if it is deleted, finished, or being built. The file is stored
 * chunk by chunk and can be read once the report is completed. Deleting the report ends the attempt
 * quietly.
 */
export async function buildReport(deps: BuildDeps, id: number): Promise<void> {
  const { database } = deps
  const claimed = await claim(database, id)
  if (claimed === undefined) return
  const { attempt, format, includeMembers, groupBy } = claimed
  const log = openWorkLog(deps.log, deps.dataDir, { kind: 'report', id: claimed.id })
  log.info('report started', {
    attempt,
    group_by: groupBy.join(','),
    format,
    include_members: includeMembers,
  })
  const stopHeartbeat = startHeartbeat(database, claimed)
  try {
    await write(deps, claimed, log)
  } catch (error) {
    if (error instanceof LostReport) {
      log.info('report lost: it was deleted, or another attempt builds it')
      return
    }
    const { seconds } = log.pace(0)
    log.error(error, 'report failed', { code: 'report_failed', seconds })
    // If this fails, the sweep finds the report by its missing heartbeat.
    await fail(database, claimed, error).catch(() => undefined)
    throw error
  } finally {
    stopHeartbeat()
    log.close()
  }
}
