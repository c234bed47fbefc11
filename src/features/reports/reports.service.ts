import type { Readable } from 'node:stream'
import { type Database, Prisma, violatesForeignKey } from '../../database/client.ts'
import { conflict, notFound, unauthorized } from '../../errors.ts'
import type { Nudge } from '../../events/relay.ts'
import type { ReportCreate, UserGroup, UserGroupKind } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import { buildReport } from './build.ts'
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

interface Deps {
  readonly database: Database
  /** Reports are read over connections of their own. */
  readonly databaseUrl: string
  readonly outbox: Nudge
  /** How long a report is kept. */
  readonly retentionHours: number
}

/** Whose reports a caller reaches: their own, and admins everybody's. */
const reachable = ({ id, role }: Caller) => (role === 'admin' ? {} : { userId: id })

/** The kinds in the one order in which they are shown and sorted. */
const inOrder = (kinds: readonly UserGroupKind[]) => KINDS.filter((kind) => kinds.includes(kind))

export function createReportService({ database, databaseUrl, outbox, retentionHours }: Deps) {
  async function find(caller: Caller, id: number): Promise<ReportRecord> {
    const report = await database.report.findUnique({ where: { id, ...reachable(caller) } })
    if (report === null) throw notFound('Report', id)
    return report
  }

  return {
    /** How long reports are kept, in hours. */
    retentionHours,

    /** The largest groups of users now. */
    async userGroups(kinds: readonly UserGroupKind[], limit: number): Promise<UserGroup[]> {
      return await database.$queryRaw<UserGroup[]>(Prisma.raw(largestGroups(inOrder(kinds), limit)))
    },

    /** Stores a report. With it `report.requested` is committed, so that a worker builds it. */
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
          // The caller's account was deleted since the request was let in.
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
      const where = reachable(caller)
      return await pageById(
        query,
        'desc',
        (range) => database.report.findMany({ ...range, where: { ...where, ...range.where } }),
        () => database.report.count({ where }),
      )
    },

    /** Whoever builds it notices and stops. @throws AppError 404 */
    async remove(caller: Caller, id: number): Promise<void> {
      const { count } = await database.report.deleteMany({ where: { id, ...reachable(caller) } })
      if (count === 0) throw notFound('Report', id)
    },

    /** @throws AppError 404, 409 while it is not completed */
    async download(caller: Caller, id: number): Promise<ReportDownload> {
      const report = await find(caller, id)
      if (report.status !== 'completed' || report.bytes === null) {
        throw conflict(
          'report_not_ready',
          report.status === 'failed'
            ? 'The report failed; ask for it again'
            : `The report is ${report.status}; look again when it is completed`,
        )
      }
      const { bytes } = report
      return { report, bytes, file: openFile(database, report.id, bytes) }
    },

    /** Builds a report, unless it is gone, done, or being built. */
    build: (id: number): Promise<void> => buildReport(database, databaseUrl, id),

    /** Deletes what is kept no longer, and has built again what lost its worker. */
    async sweep(): Promise<void> {
      if ((await sweepReports(database, retentionHours)) > 0) outbox.nudge()
    },
  }
}
