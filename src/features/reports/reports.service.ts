import type { Readable } from 'node:stream'
import { Prisma, violatesForeignKey } from '../../database/client.ts'
import { conflict, notFound, unauthorized } from '../../errors.ts'
import type { Nudge } from '../../events/passes.ts'
import type { ReportCreate, UserGroup, UserGroupKind } from '../../generated/schemas.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import { deleteWorkLog, sweepWorkLogs } from '../../lib/work-log.ts'
import { type BuildDeps, buildReport } from './build.ts'
import { openFile } from './download.ts'
import { KINDS, largestGroups } from './queries.ts'
import { sweepReports } from './sweep.ts'

export type ReportRecord = Prisma.ReportGetPayload<object>
export type ReportService = ReturnType<typeof createReportService>

/** The file of a report. */
export interface ReportDownload {
  readonly report: ReportRecord
  readonly bytes: bigint
  readonly file: Readable
}

interface Deps extends BuildDeps {
  readonly outbox: Nudge
  /** How long reports are kept, in hours. */
  readonly retentionHours: number
}

/** Selects the reports a caller may access: their own, and for admins everybody's. */
const accessible = ({ id, role }: Caller) => (role === 'admin' ? {} : { userId: id })

/** The kinds in the order of {@link KINDS}. */
const inOrder = (kinds: readonly UserGroupKind[]) => KINDS.filter((kind) => kinds.includes(kind))

export function createReportService(deps: Deps) {
  const { database, dataDir, outbox, retentionHours } = deps
  async function find(caller: Caller, id: number): Promise<ReportRecord> {
    const report = await database.report.findUnique({ where: { id, ...accessible(caller) } })
    if (report === null) throw notFound('Report', id)
    return report
  }

  async function existing(ids: readonly bigint[]): Promise<bigint[]> {
    const rows = await database.report.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  }

  return {
    /** How long reports are kept, in hours. */
    retentionHours,

    /** Reads the largest groups of users. */
    async userGroups(kinds: readonly UserGroupKind[], limit: number): Promise<UserGroup[]> {
      return await database.$queryRaw<UserGroup[]>(Prisma.raw(largestGroups(inOrder(kinds), limit)))
    },

    /** Stores a report. The same commit writes `report.requested`, so that a worker builds it. */
    async create(caller: Caller, input: ReportCreate, requestId: string): Promise<ReportRecord> {
      const { group_by, format = 'json', include_members = false } = input
      const report = await database.report
        .create({
          data: {
            userId: caller.id,
            groupBy: inOrder(group_by),
            format,
            includeMembers: include_members,
            requestId,
          },
        })
        .catch((error: unknown) => {
          // The caller's account was deleted after the request was authenticated.
          throw violatesForeignKey(error)
            ? unauthorized('The account of this access token was deleted')
            : error
        })
      outbox.nudge()
      return report
    },

    /** @throws AppError 404 */
    get: find,

    /** Newest first. @throws AppError 422 */
    async list(caller: Caller, query: PagingQuery): Promise<Page<ReportRecord>> {
      const where = accessible(caller)
      return await pageById(
        query,
        'desc',
        (range) => database.report.findMany({ ...range, where: { ...where, ...range.where } }),
        () => database.report.count({ where }),
      )
    },

    /** Deletes a report. An attempt that builds it notices and stops. @throws AppError 404 */
    async remove(caller: Caller, id: number): Promise<void> {
      const { count } = await database.report.deleteMany({ where: { id, ...accessible(caller) } })
      if (count === 0) throw notFound('Report', id)
      await deleteWorkLog(dataDir, { kind: 'report', id: BigInt(id) })
    },

    /** @throws AppError 404, 409 while it is not completed */
    async download(caller: Caller, id: number, concerns: Concerns): Promise<ReportDownload> {
      const report = await find(caller, id)
      concerns(report.userId)
      if (report.status !== 'completed' || report.bytes === null) {
        throw conflict(
          'report_not_ready',
          report.status === 'failed'
            ? 'The report failed; request a new one'
            : `The report is ${report.status}; try again when it is completed`,
        )
      }
      const { bytes } = report
      return { report, bytes, file: openFile(database, report.id, bytes) }
    },

    /** Builds a report. Does nothing if it is deleted, finished, or being built. */
    build: (id: number): Promise<void> => buildReport(deps, id),

    /** Deletes expired reports with their logs on this machine, and enqueues those again that lost their worker. */
    async sweep(): Promise<void> {
      if ((await sweepReports(database, retentionHours)) > 0) outbox.nudge()
      await sweepWorkLogs(dataDir, 'report', existing)
    },
  }
}
