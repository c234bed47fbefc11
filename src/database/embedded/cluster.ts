import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartupError } from '../../errors.ts'
import type { Account } from './account.ts'
import { SUPERUSER } from './address.ts'
import type { Binaries } from './binaries.ts'
import { dataArgument, serverEnvironment } from './program-environment.ts'
import { isTaken, makeScratchFolder } from './scratch-folder.ts'
import type { ServerLog } from './server-log.ts'

/** What is needed to create a data folder, or to run a server on it. */
export interface ClusterOptions {
  /** The absolute path of the data folder. */
  readonly pgdata: string
  readonly binaries: Binaries
  /** The account to run as; undefined means the current user. */
  readonly account: Account | undefined
  readonly log: ServerLog
  readonly password: string
  readonly fast: boolean
  /** Default 150. */
  readonly maxConnections?: number | undefined
}

/**
 * Creates the data folder unless there is one of the right version.
 *
 * @returns whether it was created now
 * @throws StartupError if the existing folder cannot be read by these programs, or none can be
 *   created
 */
export async function ensureCluster(options: ClusterOptions): Promise<boolean> {
  const { pgdata, binaries } = options
  const version = await readVersion(pgdata)
  if (version === binaries.major) return false
  if (version !== undefined) {
    throw new StartupError(
      `${pgdata} was made by PostgreSQL ${version} but this Passbook contains ${binaries.major}; dump it with the Passbook that made it and restore, or set DATA_DIR to another folder.`,
    )
  }
  const scratch = await makeScratchFolder(dirname(pgdata), '.postgres-new-')
  try {
    await initialise(scratch, options)
    await rename(join(scratch, 'data'), pgdata)
    return true
  } catch (error) {
    if (!isTaken(error)) throw error
    // Another Passbook was faster; its folder is just as good.
    if ((await readVersion(pgdata)) === binaries.major) return false
    throw new StartupError(
      `${pgdata} holds files that are not a PostgreSQL database; move them away, or set DATA_DIR to another folder.`,
    )
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function readVersion(pgdata: string): Promise<string | undefined> {
  const read = await readFile(join(pgdata, 'PG_VERSION'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    },
  )
  return read?.trim()
}

/** Runs initdb in `scratch/data`; the account needs access to the scratch folder only. */
async function initialise(scratch: string, options: ClusterOptions): Promise<void> {
  const { account, binaries, log } = options
  const data = join(scratch, 'data')
  const password = join(scratch, 'password')
  await mkdir(data, { mode: 0o700 })
  await writeFile(password, `${options.password}\n`, { mode: 0o600 })
  if (account) {
    for (const path of [scratch, data, password]) await chown(path, account.uid, account.gid)
  }
  const offset = await log.size()
  const child = spawn(
    binaries.initdb,
    [
      `--pgdata=${dataArgument(data, account)}`,
      '--pwfile=../password',
      `--username=${SUPERUSER}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(options.fast ? ['--no-sync'] : []),
    ],
    { ...account, cwd: data, env: serverEnvironment(), stdio: ['ignore', log.fd, log.fd] },
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code === 0) return
  const reason = (await log.initdbError(offset)) ?? 'it ended early'
  throw new StartupError(
    `PostgreSQL could not make its data folder (${reason}); ${log.file} has the details.`,
  )
}
