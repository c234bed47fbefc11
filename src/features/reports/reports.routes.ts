import { operations } from '../../generated/operations.ts'
import { concernsOf } from '../../http/audit/concerned-users.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { ReportRecord, ReportService } from './reports.service.ts'
import { fileView, reportView } from './reports.view.ts'

export function reportRoutes(handle: Handle, reports: ReportService): void {
  const view = (report: ReportRecord) => reportView(report, reports.retentionHours)

  handle(operations.listUserGroups, ({ query }) =>
    reports.userGroups(query.group_by, query.limit ?? 1_000),
  )

  handle(operations.createReport, async ({ caller, body, requestId, reply }) => {
    const report = view(await reports.create(caller, body, requestId))
    reply.header('location', `/v1/reports/${report.id}`)
    return report
  })

  handle(operations.listReports, async ({ caller, query, request, reply }) => {
    const page = await reports.list(caller, query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(view) })
  })

  handle(operations.getReport, async ({ caller, params }) =>
    view(await reports.get(caller, params.id)),
  )

  handle(operations.deleteReport, async ({ caller, params }) => {
    await reports.remove(caller, params.id)
    return null
  })

  handle(operations.downloadReport, async ({ caller, params, request, reply }) => {
    const { report, bytes, file } = await reports.download(caller, params.id, concernsOf(request))
    const { name, type } = fileView(report)
    reply.type(type).headers({
      'content-disposition': `attachment; filename="${name}"`,
      'content-length': String(bytes),
    })
    return file
  })
}
