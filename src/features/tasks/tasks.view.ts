import type { Task } from '../../generated/schemas.ts'
import type { TaskRecord } from './list.ts'

/** A task as the API shows it. */
export const taskView = (task: TaskRecord): Task => ({
  id: Number(task.id),
  title: task.title,
  ...(task.description !== null && { description: task.description }),
  status: task.status,
  ...(task.dueDate !== null && { due_date: task.dueDate.toISOString().slice(0, 10) }),
  created_at: task.createdAt.toISOString(),
  updated_at: task.updatedAt.toISOString(),
})
