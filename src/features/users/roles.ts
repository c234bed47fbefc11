import type { DatabaseTransaction } from '../../database/client.ts'
import { conflict, forbidden } from '../../errors.ts'
import type { UserUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'

/** An admin account, and whether it can log in. */
interface Admin {
  readonly id: bigint
  readonly enabled: boolean
  readonly logsIn: boolean
}

/** Whether a change gives a role, or disables or enables the account. */
export const changesRights = ({ role, disabled }: UserUpdate): boolean =>
  role !== undefined || disabled !== undefined

/**
 * Only admins may change rights, and no API key: a key with the scope to write users could
 * otherwise make its account an admin.
 *
 * @throws AppError 403
 */
export function assertMayChangeRights(caller: Caller): void {
  if (caller.role !== 'admin' || caller.scopes !== undefined) {
    throw forbidden('Only an admin may give roles and disable accounts, and no API key')
  }
}

/**
 * Locks all admins, in order, so that two admins who delete, disable or demote each other take
 * turns. Call it before locking any other user. The lock does not block writes of the admins'
 * records.
 */
export const lockAdmins = (tx: DatabaseTransaction): Promise<Admin[]> => tx.$queryRaw<Admin[]>`
  SELECT id, disabled_at IS NULL AS enabled, password_hash IS NOT NULL AS "logsIn"
  FROM users WHERE role = 'admin' ORDER BY id FOR NO KEY UPDATE`

/**
 * @param leaving ids of users who are about to be deleted, disabled or demoted
 * @throws AppError 409 when no enabled admin who can log in would be left
 */
export function assertAdminRemains(admins: readonly Admin[], leaving: readonly bigint[]): void {
  const enabled = admins.filter((admin) => admin.enabled)
  const left = enabled.filter((admin) => !leaving.includes(admin.id))
  if (left.length < enabled.length && !left.some((admin) => admin.logsIn)) {
    throw conflict(
      'last_admin',
      'The last admin who can log in must stay an admin; appoint another admin first',
    )
  }
}

/** The columns of a change of rights. Disabling a disabled account keeps its `disabledAt`. */
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
