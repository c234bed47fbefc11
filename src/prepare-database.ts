import type { Config, Environment } from './config.ts'
import { requireKeysOfDatabase } from './database-keys.ts'
import { awaitDatabase, sayOnStandardError } from './platform/await-database.ts'
import { isDatabaseAway } from './platform/database-away.ts'
import { migrate } from './platform/migrate.ts'

/**
 * Makes a database ready for a program that serves: waits until it is up, brings it up to date, and sees that
 * the keys are those it was filled with. One that goes away meanwhile is waited for again.
 *
 * @throws StartupError when it cannot be used
 */
export async function prepareDatabase(
  databaseUrl: string,
  environment: Environment,
  config: Config,
): Promise<void> {
  const wait = { maxSeconds: config.DATABASE_WAIT_SECONDS, say: sayOnStandardError }
  for (;;) {
    await awaitDatabase(databaseUrl, wait)
    try {
      await migrate(databaseUrl)
      await requireKeysOfDatabase(databaseUrl, environment, config)
      return
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
    }
  }
}
