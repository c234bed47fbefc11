import { setTimeout as delay } from 'node:timers/promises'
import type { Config, Environment } from '../config.ts'
import { awaitDatabase, sayOnStandardError } from '../database/await-database.ts'
import { isDatabaseAway } from '../database/errors.ts'
import { migrate } from '../database/migrate.ts'
import { StartupError } from '../errors.ts'
import type { Log } from '../lib/log.ts'
import { requireKeysOfDatabase } from './database-keys.ts'

/**
 * Tries before an unknown error counts as lasting. A database that goes away causes many kinds of
 * errors, and the schema engine reports no codes.
 */
const MAX_TRIES = 20
const PAUSE_MS = 500

/**
 * Prepares the database for API or worker: waits until it is up, applies migrations, and checks
 * that the keys are those of the database. Starts again if the database goes away meanwhile.
 *
 * @throws StartupError when the database cannot be used; any other error that persists while it is
 *   up
 */
export async function prepareDatabase(
  databaseUrl: string,
  environment: Environment,
  config: Config,
  log: Log,
): Promise<void> {
  const wait = { maxSeconds: config.DATABASE_WAIT_SECONDS, say: sayOnStandardError }
  for (let tries = 1; ; tries += 1) {
    await awaitDatabase(databaseUrl, wait)
    try {
      const began = performance.now()
      const { length } = await migrate(databaseUrl)
      const ms = Math.round(performance.now() - began)
      if (length > 0) log.info({ ms, migrations: length }, 'migrated the database')
      await requireKeysOfDatabase(databaseUrl, environment, config)
      return
    } catch (error) {
      const mayPass = isDatabaseAway(error) || !(error instanceof StartupError)
      if (!mayPass || tries === MAX_TRIES) throw error
      log.warn({ err: error }, 'preparing the database failed; trying again')
      await delay(PAUSE_MS)
    }
  }
}
