import type { EventConsumers } from '../../events.ts'
import type { Database } from '../../platform/prisma.ts'

/** The auth side of the event catalogue: expired tokens are good for nothing. */
export const authJobs = (database: Database): Pick<EventConsumers, 'deleteExpiredTokens'> => ({
  deleteExpiredTokens: async () => {
    await database.refreshToken.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  },
})
