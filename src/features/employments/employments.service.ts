import type { Database, DatabaseTransaction } from '../../database/client.ts'
import { notFound } from '../../errors.ts'
import type { EmploymentCreate, EmploymentUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { UserService } from '../users/users.public.ts'
import { changeEmployment, draftEmployment, type EmploymentRecord } from './fields.ts'

export type EmploymentService = ReturnType<typeof createEmploymentService>

/** Clears `is_current` on the current employment. The caller holds the lock on the user. */
const clearCurrent = (tx: DatabaseTransaction, userId: number) =>
  tx.employment.updateMany({ where: { userId, isCurrent: true }, data: { isCurrent: false } })

export function createEmploymentService({
  database,
  users,
}: {
  readonly database: Database
  readonly users: UserService
}) {
  async function find(
    tx: DatabaseTransaction,
    userId: number,
    id: number,
  ): Promise<EmploymentRecord> {
    const row = await tx.employment.findUnique({ where: { id, userId } })
    if (row === null) throw notFound('Employment', id)
    return row
  }

  return {
    /** @throws AppError 403, 404 for the user, 422 */
    async create(
      caller: Caller,
      userId: number,
      input: EmploymentCreate,
    ): Promise<EmploymentRecord> {
      return await database.$transaction(async (tx) => {
        await users.lock(tx, caller, userId)
        const draft = draftEmployment(input)
        if (draft.isCurrent) await clearCurrent(tx, userId)
        return await tx.employment.create({ data: { ...draft, userId } })
      })
    },

    /** In the order they were added. @throws AppError 404 for the user, 422 */
    async list(
      caller: Caller,
      userId: number,
      query: PagingQuery,
    ): Promise<Page<EmploymentRecord>> {
      await users.get(caller, userId)
      return await pageById(
        query,
        'asc',
        (range) => database.employment.findMany({ ...range, where: { ...range.where, userId } }),
        () => database.employment.count({ where: { userId } }),
      )
    },

    /** @throws AppError 404 for the user or the employment */
    async get(caller: Caller, userId: number, id: number): Promise<EmploymentRecord> {
      await users.get(caller, userId)
      return await find(database, userId, id)
    },

    /** Changes the given fields and leaves the others. @throws AppError 403, 404, 422 */
    async update(
      caller: Caller,
      userId: number,
      id: number,
      changes: EmploymentUpdate,
    ): Promise<EmploymentRecord> {
      return await database.$transaction(async (tx) => {
        await users.lock(tx, caller, userId)
        const stored = await find(tx, userId, id)
        const changed = changeEmployment(stored, changes)
        if (changed.isCurrent && !stored.isCurrent) await clearCurrent(tx, userId)
        return await tx.employment.update({ where: { id }, data: changed })
      })
    },

    /** @throws AppError 403, 404 */
    async remove(caller: Caller, userId: number, id: number): Promise<void> {
      await database.$transaction(async (tx) => {
        await users.lock(tx, caller, userId)
        const { count } = await tx.employment.deleteMany({ where: { id, userId } })
        if (count === 0) throw notFound('Employment', id)
      })
    },
  }
}
