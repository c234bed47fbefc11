import type { DatabaseTransaction } from '../../database/client.ts'
import { isLockTimeout } from '../../database/errors.ts'
import { conflict } from '../../errors.ts'

/** Longer than any request keeps a user; a load keeps its users until it ends. */
const MAX_WAIT = '2s'

const userInUse = () =>
  conflict(
    'user_in_use',
    'A running import names a user that is to be deleted; try again when it has ended',
  )

/**
 * Locks users against whatever would give them more records, in order.
 *
 * @throws AppError 409 when a load keeps one of them
 */
export async function lockForDeletion(
  tx: DatabaseTransaction,
  ids: readonly (number | bigint)[],
): Promise<void> {
  await tx.$executeRaw`SELECT set_config('lock_timeout', ${MAX_WAIT}, true)`
  await tx.$queryRaw`
    SELECT id FROM users WHERE id = ANY (${[...ids]}::bigint[]) ORDER BY id FOR UPDATE`.catch(
    (error: unknown) => {
      throw isLockTimeout(error) ? userInUse() : error
    },
  )
}
