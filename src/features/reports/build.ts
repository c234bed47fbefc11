import { type Database, Prisma } from '../../database/client.ts'
import { isPassing } from '../../database/errors.ts'
import type { ReportFormat, UserGroupKind } from '../../generated/schemas.ts'
import { type FileResult, writeUserGroups } from './user-groups-file.ts'

/** So often a report is tried that fails for a reason which does not pass. */
const MAX_FAILURES = 3
/** So often one is tried whose database went away, or whose worker died. */
export const MAX_ATTEMPTS = 20
/** A running report whose worker has been silent for so long has none any more. */
export const SILENT_SECONDS = 30
const SIGN_OF_LIFE_MS = 5_000

/** A report that this worker builds. The number of the attempt tells it from those who lost it. */
interface Claim {
  readonly id: bigint
  readonly attempt: number
  readonly groupBy: readonly UserGroupKind[]
  readonly format: ReportFormat
  readonly includeMembers: boolean
}

/** The report was deleted, or somebody else builds it now: there is nothing left to do. */
class LostReport extends Error {
  override readonly name = 'LostReport'
}

/** Takes a report that nobody builds; what an earlier attempt left of its file is gone then. */
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

const held = ({ id, attempt }: Claim) =>
  Prisma.sql`id = ${id} AND attempts = ${attempt} AND status = 'running'`

/** Stores a piece of the file with how far it is, as long as the report is ours. */
async function storePiece(
  database: Database,
  claimed: Claim,
  position: number,
  content: Uint8Array,
  progress: number,
): Promise<void> {
  const count = await database.$executeRaw`
    WITH mine AS (
      UPDATE reports SET alive_at = now(), progress = greatest(progress, ${progress}::real)
      WHERE ${held(claimed)} RETURNING id)
    INSERT INTO report_chunks (report_id, position, content)
    SELECT id, ${position}::int, ${content} FROM mine`
  if (count === 0) throw new LostReport()
}

/** Says at intervals that the worker lives, also while the database takes long. */
function keepAlive(database: Database, claimed: Claim): () => void {
  const sign = () =>
    database.$executeRaw`UPDATE reports SET alive_at = now() WHERE ${held(claimed)}`.catch(
      () => undefined,
    )
  const timer = setInterval(sign, SIGN_OF_LIFE_MS)
  return () => clearInterval(timer)
}

async function complete(database: Database, claimed: Claim, result: FileResult): Promise<void> {
  await database.$executeRaw`
    UPDATE reports SET status = 'completed', progress = 1, finished_at = now(),
      group_count = ${result.groups}, bytes = ${result.bytes}
    WHERE ${held(claimed)}`
}

/** After a failure: back to the queue where trying again may help, else failed for good. */
async function giveUp(database: Database, claimed: Claim, error: unknown): Promise<void> {
  const again = claimed.attempt < (isPassing(error) ? MAX_ATTEMPTS : MAX_FAILURES)
  await database.$executeRaw`
    UPDATE reports SET
      status = ${again ? 'queued' : 'failed'}::"ReportStatus",
      finished_at = CASE WHEN ${again} THEN NULL ELSE now() END
    WHERE ${held(claimed)}`
}

/**
 * Builds a report, unless it is gone, done, or in somebody's hands. Its file is stored piece by piece
 * and can be read once the report is completed. Deleting the report ends it quietly.
 */
export async function buildReport(
  database: Database,
  databaseUrl: string,
  id: number,
): Promise<void> {
  const claimed = await claim(database, id)
  if (claimed === undefined) return
  const { format, includeMembers, groupBy } = claimed
  const rest = keepAlive(database, claimed)
  let position = 0
  try {
    const layout = { format, includeMembers, groupings: [groupBy], createdAt: new Date() }
    const result = await writeUserGroups(databaseUrl, layout, async (content, progress) => {
      await storePiece(database, claimed, position, content, progress)
      position += 1
    })
    await complete(database, claimed, result)
  } catch (error) {
    if (error instanceof LostReport) return
    // Where this cannot be said, its silence brings it up again.
    await giveUp(database, claimed, error).catch(() => undefined)
    throw error
  } finally {
    rest()
  }
}
