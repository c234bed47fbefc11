import { type Database, violatesForeignKey } from '../../database/client.ts'
import { notFound, unauthorized } from '../../errors.ts'
import type { TaskCreate, TaskUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, pageById } from '../../http/paging.ts'
import { type TaskQuery, type TaskRecord, taskFilter } from './list.ts'

export type TaskService = ReturnType<typeof createTaskService>

/** A day as its midnight UTC; passes null and undefined on. */
const toDate = <T extends null | undefined>(day: string | T): Date | T =>
  typeof day === 'string' ? new Date(day) : day

/** Serves tasks to their owner alone. Others get 404, staff and admins as well. */
export function createTaskService({ database }: { readonly database: Database }) {
  return {
    async create(caller: Caller, input: TaskCreate): Promise<TaskRecord> {
      const { title, description, status, due_date } = input
      return await database.task
        .create({
          data: {
            userId: caller.id,
            title,
            description: description ?? null,
            status: status ?? 'pending',
            dueDate: toDate(due_date ?? null),
          },
        })
        .catch((error: unknown) => {
          // The caller's account was deleted after the request was authenticated.
          throw violatesForeignKey(error)
            ? unauthorized('The account of this access token was deleted')
            : error
        })
    },

    /** @throws AppError 404 */
    async get(caller: Caller, id: number): Promise<TaskRecord> {
      const task = await database.task.findUnique({ where: { id, userId: caller.id } })
      if (task === null) throw notFound('Task', id)
      return task
    },

    /** Newest first. @throws AppError 422 */
    async list(caller: Caller, query: TaskQuery): Promise<Page<TaskRecord>> {
      const where = taskFilter(caller.id, query)
      return await pageById(
        query,
        'desc',
        (range) => database.task.findMany({ ...range, where: { ...where, ...range.where } }),
        () => database.task.count({ where }),
      )
    },

    /** Changes the given fields and leaves the others. @throws AppError 404 */
    async update(caller: Caller, id: number, changes: TaskUpdate): Promise<TaskRecord> {
      const { title, description, status, due_date } = changes
      const [task] = await database.task.updateManyAndReturn({
        where: { id, userId: caller.id },
        data: {
          ...(title !== undefined && { title }),
          ...(description !== undefined && { description }),
          ...(status !== undefined && { status }),
          ...(due_date !== undefined && { dueDate: toDate(due_date) }),
        },
      })
      if (task === undefined) throw notFound('Task', id)
      return task
    },

    /** @throws AppError 404 */
    async remove(caller: Caller, id: number): Promise<void> {
      const { count } = await database.task.deleteMany({ where: { id, userId: caller.id } })
      if (count === 0) throw notFound('Task', id)
    },
  }
}
