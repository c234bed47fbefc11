import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { AlertService } from './alerts.service.ts'
import { alertView } from './alerts.view.ts'

export function alertRoutes(handle: Handle, alerts: AlertService): void {
  handle(operations.listAlerts, async ({ query, request, reply }) => {
    const page = await alerts.list(query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(alertView) })
  })

  handle(operations.getAlert, async ({ params }) => alertView(await alerts.get(params.id)))

  handle(operations.updateAlert, async ({ caller, params, body }) =>
    alertView(await alerts.acknowledge(caller, params.id, body)),
  )
}
