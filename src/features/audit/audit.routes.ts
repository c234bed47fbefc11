import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { AuditService } from './audit.service.ts'
import { auditView } from './audit.view.ts'

export function auditRoutes(handle: Handle, audit: AuditService): void {
  handle(operations.listAuditEntries, async ({ query, request, reply }) => {
    const page = await audit.list(query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(auditView) })
  })
}
