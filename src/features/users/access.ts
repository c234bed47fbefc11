import { type AppError, forbidden, notFound } from '../../errors.ts'
import type { Role } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'

/** Whose something is. */
export interface Owner {
  readonly id: number | bigint
  readonly role: Role
}

/** What of an owner is changed: their account, which is the user itself, or a record of theirs. */
export type Changed = 'account' | 'record'

/** Whether a caller may see this user's records at all. */
export const mayAccess = (caller: Caller, userId: number | bigint): boolean =>
  caller.role !== 'user' || BigInt(caller.id) === BigInt(userId)

/**
 * Who may change whose record; every path that changes one asks this function. Users change their own, staff those of
 * customers too, admins everybody's. No API key changes the account of staff or of an admin, not even its own.
 *
 * @returns why the caller may not; undefined when they may
 */
export function changeRefusal(
  caller: Caller,
  owner: Owner,
  changed: Changed,
): AppError | undefined {
  if (!mayAccess(caller, owner.id)) return notFound('User', Number(owner.id))
  if (owner.role === 'user') return undefined
  if (changed === 'account' && caller.scopes !== undefined) {
    return forbidden('No API key may change or delete the account of staff or of an admin')
  }
  if (caller.role === 'staff' && BigInt(caller.id) !== BigInt(owner.id)) {
    return forbidden(`Only an admin may change the ${changed} of a colleague`)
  }
  return undefined
}

/** @throws AppError 403, 404: see {@link changeRefusal} */
export function assertMayChange(caller: Caller, owner: Owner, changed: Changed): void {
  const refusal = changeRefusal(caller, owner, changed)
  if (refusal) throw refusal
}
