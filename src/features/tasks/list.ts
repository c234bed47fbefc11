import type { Static } from 'typebox'
import type { Prisma } from '../../database/client.ts'
import type { listTasks } from '../../generated/operations.ts'

export type TaskRecord = Prisma.TaskGetPayload<object>
export type TaskQuery = Static<typeof listTasks.schema.querystring>

/**
 * Finds a text anywhere in a column. Prisma puts `contains` into a LIKE pattern without escaping
 * it.
 */
const containing = (text: string): Prisma.StringFilter => ({
  contains: text.replaceAll(/[\\%_]/g, '\\$&'),
  mode: 'insensitive',
})

/** The filters of a list of the caller's tasks. */
export function taskFilter(
  userId: number,
  { status, q, due_before }: TaskQuery,
): Prisma.TaskWhereInput {
  return {
    userId,
    ...(status !== undefined && { status }),
    ...(q !== undefined && { OR: [{ title: containing(q) }, { description: containing(q) }] }),
    ...(due_before !== undefined && { dueDate: { lt: new Date(due_before) } }),
  }
}
