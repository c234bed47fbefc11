import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { TaskService } from './tasks.service.ts'
import { taskView } from './tasks.view.ts'

export function taskRoutes(handle: Handle, tasks: TaskService): void {
  handle(operations.createTask, async ({ caller, body, reply }) => {
    const task = taskView(await tasks.create(caller, body))
    reply.header('location', `/v1/tasks/${task.id}`)
    return { message: 'Task created successfully' as const, task }
  })

  handle(operations.listTasks, async ({ caller, query, request, reply }) => {
    const page = await tasks.list(caller, query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(taskView) })
  })

  handle(operations.getTask, async ({ caller, params }) =>
    taskView(await tasks.get(caller, params.id)),
  )

  handle(operations.updateTask, async ({ caller, params, body }) => {
    const task = taskView(await tasks.update(caller, params.id, body))
    return { message: 'Task updated successfully' as const, task }
  })

  handle(operations.deleteTask, async ({ caller, params }) => {
    await tasks.remove(caller, params.id)
    return { message: 'Task deleted successfully' as const }
  })
}
