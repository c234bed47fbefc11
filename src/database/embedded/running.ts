import { join } from 'node:path'
import { readPostmasterFile } from './postmaster-file.ts'
import { isServerOf } from './processes.ts'
import { DATABASE_USER } from './settings.ts'

/** The `postgresql://` address of an embedded server, with the password in it: never log it. */
export const addressOf = (port: number, password: string, database: string): string =>
  `postgresql://${DATABASE_USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`

/** The address of the server that a running Passbook keeps on a data folder; undefined without one. */
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
