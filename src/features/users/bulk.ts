import { nameRequest } from '../../database/name-request.ts'
import { type UserBulkCreateUnchecked, UserCreate } from '../../generated/schemas.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { Caller } from '../../http/auth.ts'
import {
  assertWhole,
  type Checked,
  itemReader,
  passed,
  refusals,
  withStored,
} from '../../http/bulk.ts'
import { mapInSlices } from '../../lib/slices.ts'
import { requestMails } from '../mail/mail.public.ts'
import { assertMayChange } from './access.ts'
import { emailTaken } from './email-claims.ts'
import type { UserRecord } from './fields.ts'
import { insertUsers } from './insert-users.ts'
import { lockForDeletion } from './lock-for-deletion.ts'
import { assertAdminRemains, lockAdmins } from './roles.ts'
import type { UserDeps } from './users.service.ts'

const readItem = itemReader<UserCreate>(UserCreate)

/** Beside invalid values, the only conflict of an item is an e-mail address in use. */
const fieldOf = () => 'email'

export type UserBulk = ReturnType<typeof createUserBulk>

export function createUserBulk({ database, crypto, cache, creations }: UserDeps) {
  async function checkAndStore(
    { mode = 'atomic', users }: UserBulkCreateUnchecked,
    requestId: string,
  ): Promise<Checked<UserRecord>[]> {
    const items = await mapInSlices(users, readItem)
    assertWhole(mode, items, 'users', fieldOf)
    return await database.$transaction(async (tx) => {
      await nameRequest(tx, requestId)
      const stored = await insertUsers(tx, crypto, passed(items))
      const outcomes = withStored(items, stored, emailTaken)
      assertWhole(mode, outcomes, 'users', fieldOf)
      const ids = passed(outcomes).map(({ id }) => id)
      await requestMails(tx, 'welcome', ids, requestId)
      return outcomes
    })
  }

  return {
    /**
     * Creates up to 1,000 customers, who get welcome mails. `partial` stores every item that can be
     * stored; `atomic` stores all or nothing.
     *
     * @returns the outcome of each item, in the order of the request
     * @throws AppError 422 in atomic mode when an item is invalid; nothing is stored then
     */
    create: (
      caller: Caller,
      request: UserBulkCreateUnchecked,
      requestId: string,
    ): Promise<Checked<UserRecord>[]> =>
      creations.users(
        { source: 'bulk', requestId, accountId: caller.id },
        () => checkAndStore(request, requestId),
        (outcomes) => ({
          ids: passed(outcomes).map(({ id }) => id),
          refused: refusals(outcomes).map(({ code }) => code),
        }),
      ),

    /**
     * Deletes users with all their records. Deletes all of them or none.
     *
     * @returns how many were deleted, and the ids that belong to no user
     * @throws AppError 403 for a colleague's account, 409 when no admin who can log in would be
     *   left, or while a load names one of them
     */
    async remove(
      caller: Caller,
      given: readonly number[],
      requestId?: string,
      concerns?: Concerns,
    ): Promise<{ readonly deleted: number; readonly notFound: readonly number[] }> {
      const ids = [...new Set(given)]
      const deleted = await database.$transaction(async (tx) => {
        await nameRequest(tx, requestId)
        const admins = await lockAdmins(tx)
        await lockForDeletion(tx, ids)
        const rows = await tx.user.findMany({
          where: { id: { in: ids } },
          select: { id: true, role: true },
        })
        for (const row of rows) assertMayChange(caller, row, 'account')
        const leaving = rows.map(({ id }) => id)
        assertAdminRemains(admins, leaving)
        await tx.user.deleteMany({ where: { id: { in: leaving } } })
        return new Set(rows.map(({ id }) => Number(id)))
      })
      for (const id of deleted) concerns?.(id)
      await cache.forget([...deleted])
      return { deleted: deleted.size, notFound: ids.filter((id) => !deleted.has(id)) }
    },
  }
}
