import { setTimeout as delay } from 'node:timers/promises'
import type { Config, Environment } from '../config.ts'
import { awaitDatabase, sayOnStandardError } from '../database/await-database.ts'
import { isDatabaseAway } from '../database/errors.ts'
import { migrate } from '../database/migrate.ts'
import { StartupError } from '../errors.ts'
import type { Log } from '../lib/log.ts'
import { requireKeysOfDatabase } from './database-keys.ts'

/** What a database that goes away leaves of a step has many forms: the schema engine tells no codes. */
const MAX_FAILURES = 20
const PAUSE_MS = 500

/**
 * Makes a database ready for a program that serves: waits until it is up, brings it up to date, and sees that
 * the keys are those it was filled with. One that goes away meanwhile is waited for again.
 *
 * @throws StartupError when it cannot be used, and what goes wrong again and again while it is up
 */
export async function prepareDatabase(
  databaseUrl: string,
  environment: Environment,
  config: Config,
  log: Log,
): Promise<void> {
  const wait = { maxSeconds: config.DATABASE_WAIT_SECONDS, say: sayOnStandardError }
  for (let failures = 1; ; failures += 1) {
    await awaitDatabase(databaseUrl, wait)
    try {
      await migrate(databaseUrl)
      await requireKeysOfDatabase(databaseUrl, environment, config)
      return
    } catch (error) {
      const mayPass = isDatabaseAway(error) || !(error instanceof StartupError)
      if (!mayPass || failures === MAX_FAILURES) throw error
      log.warn({ err: error }, 'the database is prepared again')
      await delay(PAUSE_MS)
    }
  }
}
