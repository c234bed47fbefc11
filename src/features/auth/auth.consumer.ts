import type { Database } from '../../database/client.ts'
import type { EventConsumers } from '../../events/catalogue.ts'
import { cleanUpLogins } from './login-throttle.ts'

/** The auth side of the event catalogue: expired tokens and old attempts are good for nothing. */
export const authConsumers = (database: Database): Pick<EventConsumers, 'deleteExpiredTokens'> => ({
  deleteExpiredTokens: async () => {
    await database.refreshToken.deleteMany({ where: { expiresAt: { lt: new Date() } } })
    await cleanUpLogins(database)
  },
})
