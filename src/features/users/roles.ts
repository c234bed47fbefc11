import type { DatabaseTransaction } from '../../database/client.ts'
import { conflict, forbidden } from '../../errors.ts'
import type { UserUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'

/** An admin, and whether Passbook can still be administered with this account alone. */
interface Admin {
  readonly id: bigint
  readonly enabled: boolean
  readonly logsIn: boolean
}

/** Whether a change is one of what an account may do at all. */
export const changesRights = ({ role, disabled }: UserUpdate): boolean =>
  role !== undefined || disabled !== undefined

/**
 * Rights are given by admins, and by no API key: one that may write users could make itself an admin.
 *
 * @throws AppError 403
 */
export function assertMayChangeRights(caller: Caller): void {
  if (caller.role !== 'admin' || caller.scopes !== undefined) {
    throw forbidden('Only an admin may give roles and disable accounts, and no API key')
  }
}

/**
 * Locks all admins, in order, so that two who delete, disable or demote each other take turns. To be
 * called before any other user is locked. The lock lets what is theirs go on being written.
 */
export const lockAdmins = (tx: DatabaseTransaction): Promise<Admin[]> => tx.$queryRaw<Admin[]>`
  SELECT id, disabled_at IS NULL AS enabled, password_hash IS NOT NULL AS "logsIn"
  FROM users WHERE role = 'admin' ORDER BY id FOR NO KEY UPDATE`

/**
 * @param leaving ids of users who are about to be no enabled admins any more
 * @throws AppError 409 when no enabled admin who can log in would be left
 */
export function assertAdminRemains(admins: readonly Admin[], leaving: readonly bigint[]): void {
  const enabled = admins.filter((admin) => admin.enabled)
  const left = enabled.filter((admin) => !leaving.includes(admin.id))
  if (left.length < enabled.length && !left.some((admin) => admin.logsIn)) {
    throw conflict('last_admin', 'The last admin who can log in has to stay one')
  }
}

/** The columns that a change of rights becomes. An account stays disabled since when it first was. */
export function rightsColumns(
  { role, disabled }: UserUpdate,
  user: { readonly disabledAt: Date | null },
) {
  return {
    ...(role !== undefined && { role }),
    ...(disabled !== undefined && {
      disabledAt: disabled ? (user.disabledAt ?? new Date()) : null,
    }),
  }
}
