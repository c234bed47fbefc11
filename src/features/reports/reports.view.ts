import type { Report, ReportFormat, UserGroupKind } from '../../generated/schemas.ts'
import type { ReportRecord } from './reports.service.ts'

/** Progress in whole percents, at most 0.99 before the report is completed. */
const progressOf = ({ status, progress }: ReportRecord): number =>
  status === 'completed' ? 1 : Math.min(Math.floor(progress * 100) / 100, 0.99)

/** A report as the API shows it. */
export const reportView = (report: ReportRecord, retentionHours: number): Report => ({
  id: Number(report.id),
  type: 'user_groups',
  status: report.status,
  group_by: report.groupBy as UserGroupKind[],
  format: report.format as ReportFormat,
  include_members: report.includeMembers,
  progress: progressOf(report),
  ...(report.groupCount !== null && { group_count: report.groupCount }),
  ...(report.bytes !== null && { bytes: Number(report.bytes) }),
  requested_by: Number(report.userId),
  created_at: report.createdAt.toISOString(),
  ...(report.startedAt !== null && { started_at: report.startedAt.toISOString() }),
  ...(report.finishedAt !== null && { finished_at: report.finishedAt.toISOString() }),
  expires_at: new Date(report.createdAt.getTime() + retentionHours * 3_600_000).toISOString(),
  ...(report.status === 'completed' && { download_url: `/v1/reports/${report.id}/download` }),
  ...(report.status === 'failed' && {
    error: { code: 'report_failed', detail: 'The report could not be built; request a new one' },
  }),
})

/** The name and media type of a report's file. */
export const fileView = ({ id, format }: ReportRecord) => ({
  name: `user-groups-${id}.${format}`,
  type: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
})
