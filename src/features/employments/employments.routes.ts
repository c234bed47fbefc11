import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { EmploymentService } from './employments.service.ts'
import { employmentView } from './employments.view.ts'

export function employmentRoutes(handle: Handle, employments: EmploymentService): void {
  handle(operations.createEmployment, async ({ caller, params, body, reply }) => {
    const employment = employmentView(await employments.create(caller, params.id, body))
    reply.header('location', `/v1/users/${params.id}/employments/${employment.id}`)
    return employment
  })

  handle(operations.listEmployments, async ({ caller, params, query, request, reply }) => {
    const page = await employments.list(caller, params.id, query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(employmentView) })
  })

  handle(operations.getEmployment, async ({ caller, params }) =>
    employmentView(await employments.get(caller, params.id, params.eid)),
  )

  handle(operations.updateEmployment, async ({ caller, params, body }) =>
    employmentView(await employments.update(caller, params.id, params.eid, body)),
  )

  handle(operations.deleteEmployment, async ({ caller, params }) => {
    await employments.remove(caller, params.id, params.eid)
    return null
  })
}
