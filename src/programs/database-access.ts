import { resolve } from 'node:path'
import type { Environment } from '../config.ts'
import { awaitDatabase, sayOnStandardError } from '../database/await-database.ts'
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts'
import { findRunning } from '../database/embedded/running.ts'
import { StartupError } from '../errors.ts'
import { type KeptSecrets, readSecrets } from './kept-secrets.ts'

/** How long a command waits for a database that is not up. API and worker wait for ever. */
const MAX_WAIT_SECONDS = 60

/** The database a command works on, and its secrets if they are kept in DATA_DIR. */
export interface DatabaseAccess {
  readonly url: string
  readonly kept: KeptSecrets | undefined
  close(): Promise<void>
}

const nothingToClose = async () => undefined

/**
 * Opens the database of a command: that of DATABASE_URL, else that of the Passbook running on
 * DATA_DIR, else the one in DATA_DIR, which it starts until the command ends.
 *
 * @throws StartupError when there is no data yet, or the database cannot be reached
 */
export async function openDatabaseAccess(environment: Environment): Promise<DatabaseAccess> {
  const { DATABASE_URL, DATA_DIR, DATABASE_WAIT_SECONDS = MAX_WAIT_SECONDS } = environment
  if (DATABASE_URL !== undefined) {
    await awaitDatabase(DATABASE_URL, {
      maxSeconds: DATABASE_WAIT_SECONDS,
      say: sayOnStandardError,
    })
    return { url: DATABASE_URL, kept: undefined, close: nothingToClose }
  }
  const dataDir = resolve(DATA_DIR)
  const kept = await readSecrets(dataDir)
  if (kept === undefined) {
    throw new StartupError(
      `There is no data in ${dataDir} yet; run \`npm start\` once, or set DATA_DIR or DATABASE_URL.`,
    )
  }
  const password = kept.databasePassword
  const running = await findRunning(dataDir, password)
  if (running !== undefined) return { url: running, kept, close: nothingToClose }
  const postgres = await startEmbeddedPostgres({ dataDir, password })
  return { url: postgres.url, kept, close: postgres.stop }
}
