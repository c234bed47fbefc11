import type { DatabaseTransaction } from '../../database/client.ts'

/**
 * Ends all sessions of a user, and with them their tokens.
 *
 * @param keptId a session that goes on
 */
export async function endSessions(
  tx: DatabaseTransaction,
  userId: bigint | number,
  keptId?: number,
): Promise<void> {
  const others = keptId === undefined ? {} : { id: { not: keptId } }
  await tx.session.deleteMany({ where: { userId, ...others } })
}
