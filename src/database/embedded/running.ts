import { join } from 'node:path'
import { serviceUrl } from './address.ts'
import { readPostmasterFile } from './postmaster-file.ts'
import { isServerOf } from './processes.ts'

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
  return serves ? serviceUrl(file.port, password, database) : undefined
}
