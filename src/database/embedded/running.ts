import { join } from 'node:path'
import { readPostmasterFile } from './postmaster-file.ts'
import { isServerOf } from './processes.ts'
import { DATABASE_USER } from './settings.ts'

/** The `postgresql://` URL of an embedded server. It contains the password: never log it. */
export const addressOf = (port: number, password: string, database: string): string =>
  `postgresql://${DATABASE_USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`

/**
 * The URL of the server that a running Passbook keeps on a data folder; undefined if there is
 * none.
 */
export async function findRunning(
  dataDir: string,
  password: string,
  database = 'passbook',
): Promise<string | undefined> {
  const pgdata = join(dataDir, 'postgres')
  const file = await readPostmasterFile(pgdata)
  const serves = file?.status === 'ready' && (await isServerOf(pgdata, file.pid))
  return serves ? addressOf(file.port, password, database) : undefined
}
