import type { DatabaseTransaction } from '../../database/client.ts'

/** Ends all sessions of a user, and with them their tokens. */
export async function endSessions(tx: DatabaseTransaction, userId: bigint): Promise<void> {
  await tx.session.deleteMany({ where: { userId } })
}
