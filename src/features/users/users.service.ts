import type { Cache } from '../../cache/cache.ts'
import type { Database, DatabaseTransaction, LookUps } from '../../database/client.ts'
import { nameRequest } from '../../database/name-request.ts'
import { isInUnitOfWork } from '../../database/unit-of-work.ts'
import { notFound } from '../../errors.ts'
import type { User, UserUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import type { Creations, Origin } from '../../http/creations/creations.ts'
import { type Page, toPage } from '../../http/paging.ts'
import { checkAll } from '../../http/validation/check-all.ts'
import type { ReadyAnswer } from '../../lib/answers/ready-answer.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { endSessions } from '../sessions/sessions.public.ts'
import { assertMayChange, type Changed, mayAccess } from './access.ts'
import { assertMayClaim, emailGivenBy } from './email-claims.ts'
import { decryptUser, encryptUser, USER_COLUMNS, type UserRecord } from './fields.ts'
import { insertUser, type NewUser, toConflict } from './insert-user.ts'
import {
  filtersById,
  type UserQuery,
  userFilters,
  userOrder,
  userPaging,
  userPosition,
} from './list.ts'
import { lockForDeletion } from './lock-for-deletion.ts'
import { createOwnerLookUp, findOwners, type NamedOwner } from './owner.ts'
import { readUserPage } from './page.ts'
import { createReadyUsers, type SeenUser } from './ready-users.ts'
import {
  assertAdminRemains,
  assertMayChangeRights,
  changesRights,
  lockAdmins,
  rightsColumns,
} from './roles.ts'
import { readShown } from './shown.ts'
import { userView } from './users.view.ts'

export type UserService = ReturnType<typeof createUserService>

export interface UserDeps {
  readonly database: Database
  readonly lookUps: LookUps
  readonly crypto: FieldCrypto
  readonly cache: Cache
  readonly creations: Creations
}

export function createUserService(deps: UserDeps) {
  const { database, crypto, cache, creations } = deps
  const ready = createReadyUsers(deps)
  const findOwner = createOwnerLookUp(deps.lookUps, crypto)

  async function get(caller: Caller, id: number): Promise<UserRecord> {
    const row = mayAccess(caller, id) ? await readShown(database, id) : undefined
    if (row === undefined) throw notFound('User', id)
    return decryptUser(crypto, row)
  }

  /** Reads a user under a lock that lets their transactions go on being recorded. */
  async function lock(
    tx: DatabaseTransaction,
    caller: Caller,
    id: number,
    changed: Changed,
  ): Promise<UserRecord> {
    if (!mayAccess(caller, id)) throw notFound('User', id)
    await tx.$queryRaw`SELECT id FROM users WHERE id = ${id} FOR NO KEY UPDATE`
    const row = await tx.user.findUnique({ where: { id }, select: USER_COLUMNS })
    if (row === null) throw notFound('User', id)
    assertMayChange(caller, row, changed)
    return decryptUser(crypto, row)
  }

  async function findMany(ids: readonly number[]): Promise<ReadonlyMap<number, UserRecord>> {
    const rows = await database.user.findMany({
      where: { id: { in: [...ids] } },
      select: USER_COLUMNS,
    })
    return new Map(rows.map((row) => [Number(row.id), decryptUser(crypto, row)]))
  }

  return {
    /**
     * Creates a user, who gets a welcome mail if there is an address.
     *
     * @throws AppError 409 when the email address or the user name is taken
     */
    create: (user: NewUser, origin: Origin = { source: 'single' }): Promise<UserRecord> =>
      creations.users(
        origin,
        () => insertUser(deps, user, origin.requestId),
        ({ id }) => ({ ids: [id] }),
      ),

    /**
     * Keeps a user, for a change to a record of theirs, until the end of the transaction. Changes to one user's
     * records take turns.
     *
     * @throws AppError 403 for a colleague's record, 404
     */
    lock: (tx: DatabaseTransaction, caller: Caller, id: number): Promise<UserRecord> =>
      lock(tx, caller, id, 'record'),

    /**
     * Keeps a user, for a change to the account itself, until the end of the transaction.
     *
     * @throws AppError 403 for a colleague's account, 404
     */
    lockAccount: (tx: DatabaseTransaction, caller: Caller, id: number): Promise<UserRecord> =>
      lock(tx, caller, id, 'account'),

    /** Looks up whether the kept answer about a user is still right, which {@link show} needs. */
    look: ready.look,

    /**
     * Shows a user as the API does.
     *
     * @param seen what was looked up ahead
     * @throws AppError 404, also for somebody else
     */
    async show(
      caller: Caller,
      id: number,
      seen?: Promise<SeenUser>,
    ): Promise<User | ReadyAnswer<User>> {
      // What is not committed has no version that others know.
      return isInUnitOfWork() ? userView(await get(caller, id)) : await ready.show(caller, id, seen)
    },

    /** @throws AppError 404 when there is no such user, or it is not the caller's to see */
    get,

    /** The user whose a new record is to be. @throws AppError 404, also for somebody else */
    async owner(caller: Caller, id: number): Promise<NamedOwner> {
      if (isInUnitOfWork()) return await get(caller, id)
      const owner = mayAccess(caller, id) ? await findOwner(id) : undefined
      if (owner === undefined) throw notFound('User', id)
      return owner
    },

    /** Those of the given users that exist, by their ids. Rights are the caller's to check. */
    findMany,

    /**
     * The users whose new records are to be, as far as they exist, by their ids, which are distinct.
     * Rights are the caller's to check.
     */
    owners: (ids: readonly number[]): Promise<ReadonlyMap<number, NamedOwner>> =>
      isInUnitOfWork() ? findMany(ids) : findOwners(deps.lookUps, crypto, ids),

    /** Users that match all filters. @throws AppError 422 */
    async list(query: UserQuery): Promise<Page<UserRecord>> {
      const [filters, paging] = checkAll(
        () => userFilters(crypto, query),
        () => userPaging(query),
      )
      const { rows, total } = await readUserPage(database, {
        filters,
        rowFilters: userFilters(crypto, query, true),
        byId: filtersById(query),
        order: userOrder(query.sort),
        paging,
      })
      const users = rows.map((row) => decryptUser(crypto, row))
      return toPage(users, paging.limit, (user) => userPosition(query.sort, user), total)
    },

    /** Changes the given fields and leaves the others. @throws AppError 403, 404, 409 */
    async update(
      caller: Caller,
      id: number,
      changes: UserUpdate,
      requestId?: string,
    ): Promise<UserRecord> {
      const { name, email, age, pincode, role, disabled } = changes
      if (!mayAccess(caller, id)) throw notFound('User', id)
      if (changesRights(changes)) assertMayChangeRights(caller)
      const row = await database
        .$transaction(async (tx) => {
          await nameRequest(tx, requestId)
          const admins = changesRights(changes) ? await lockAdmins(tx) : []
          const user = await lock(tx, caller, id, 'account')
          const leaves = disabled === true || (role !== undefined && role !== 'admin')
          if (leaves) assertAdminRemains(admins, [user.id])
          // Also when it is enabled again: what a login under way left behind is no way in.
          if (disabled !== undefined) await endSessions(tx, user.id)
          const given = emailGivenBy(caller, user, email)
          if (email !== undefined) await assertMayClaim(tx, crypto, given, user.id)
          const identity =
            name === undefined && email === undefined
              ? {}
              : encryptUser(crypto, user.id, name ?? user.name, given)
          return await tx.user.update({
            where: { id },
            data: {
              ...identity,
              ...rightsColumns(changes, user),
              ...(age !== undefined && { age }),
              ...(pincode !== undefined && { pincode }),
            },
            select: USER_COLUMNS,
          })
        })
        .catch((error: unknown) => {
          throw toConflict(error)
        })
      return decryptUser(crypto, row)
    },

    /**
     * Deletes a user with all that is theirs.
     *
     * @throws AppError 403, 404, 409 for the last admin, or while a load names the user
     */
    async remove(caller: Caller, id: number, requestId?: string): Promise<void> {
      // Before any lock: whoever may not see a user must not hold up others by asking.
      if (!mayAccess(caller, id)) throw notFound('User', id)
      await database.$transaction(async (tx) => {
        await nameRequest(tx, requestId)
        const admins = await lockAdmins(tx)
        const user = await lock(tx, caller, id, 'account')
        assertAdminRemains(admins, [user.id])
        await lockForDeletion(tx, [user.id])
        await tx.user.delete({ where: { id } })
      })
      await cache.forget([id])
    },
  }
}
