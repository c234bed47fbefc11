import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../../errors.ts'
import { chooseAccount } from './account.ts'
import { serviceUrl, superuserUrl } from './address.ts'
import { prepareBinaries } from './binaries.ts'
import { type ClusterOptions, ensureCluster } from './cluster.ts'
import { holdOwnership } from './ownership.ts'
import { findFreePort } from './port.ts'
import { clearPredecessor } from './predecessor.ts'
import { launchServer, type RunningServer } from './server.ts'
import { openLog } from './server-log.ts'
import { ensureServiceRole } from './service-role.ts'

/** A PostgreSQL server owned by this process from start to stop. */
export interface EmbeddedPostgres {
  /** The `postgresql://` URL of the service's role. It contains a password: never log it. */
  readonly url: string
  /** The superuser's URL, which Passbook itself does not use. */
  readonly superuserUrl: string
  /**
   * Resolves when the server has ended for any reason, with its exit code; null if a signal ended
   * it.
   */
  readonly exited: Promise<number | null>
  /** Shuts the server down and waits for that, under four seconds. May be called twice. */
  stop(): Promise<void>
}

type LogStep = (line: string, ms?: number) => void

export interface EmbeddedPostgresOptions {
  /** The folder that holds the data (`postgres/`) and the log (`postgres.log`). */
  readonly dataDir: string
  /** The database password: set when the data folder is created, and required ever after. */
  readonly password: string
  /** Created if missing; default `passbook`. */
  readonly database?: string
  /** Receives one-line messages about steps, with the milliseconds of those that were done. */
  readonly log?: LogStep
  /** Default 150. */
  readonly maxConnections?: number
  /** For tests: faster, but a machine crash may lose all data. Default false. */
  readonly fast?: boolean
}

const MAX_TRIES = 20
/** Server messages after which a retry may succeed. */
const PORT_TAKEN = /could not create any TCP\/IP sockets/
const FOLDER_TAKEN = /lock file "postmaster\.pid"/
/** The processes of a killed server need a moment to exit. */
const FOLDER_DRAINING = /pre-existing shared memory block/

/**
 * Starts PostgreSQL on a free port of 127.0.0.1, creating its data folder in `dataDir` if missing.
 * The server ends with this process, however that ends. First cleans up after earlier runs,
 * including an orphaned server.
 *
 * @throws StartupError if another Passbook uses the folder, the password is not the folder's, or
 *   the system does not let PostgreSQL run
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  try {
    return await start(dataDir, options)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!['EACCES', 'EEXIST', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'].includes(code ?? ''))
      throw error
    throw new StartupError(
      `Passbook cannot keep its data in ${dataDir} (${message}); set DATA_DIR to a folder that this user can write.`,
      { cause: error },
    )
  }
}

/** @returns what says how many milliseconds have passed */
function startClock(): () => number {
  const began = performance.now()
  return () => Math.round(performance.now() - began)
}

async function start(dataDir: string, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const {
    password,
    database = 'passbook',
    log = () => undefined,
    fast = false,
    maxConnections,
  } = options
  const pgdata = join(dataDir, 'postgres')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const account = await chooseAccount(pgdata)
  const binaries = await prepareBinaries(account)
  const serverLog = await openLog(dataDir)
  try {
    const cluster = { pgdata, binaries, account, password, fast, maxConnections, log: serverLog }
    const elapsed = startClock()
    if (await ensureCluster(cluster)) log('created the database files', elapsed())
    const starting = startClock()
    const server = await launch(cluster, dataDir, log)
    const owned = await takeOver(server, { pgdata, password, database })
    log(`started PostgreSQL ${binaries.major} on port ${server.port}`, starting())
    return owned
  } finally {
    await serverLog.close()
  }
}

async function launch(
  cluster: ClusterOptions,
  dataDir: string,
  log: LogStep,
): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    await clearPredecessor({ ...cluster, dataDir }, log)
    const server = await launchServer(cluster, await findFreePort())
    if ('port' in server) return server
    const { reason } = server
    const isTransient = [PORT_TAKEN, FOLDER_TAKEN, FOLDER_DRAINING].some((kind) =>
      kind.test(reason),
    )
    if (!isTransient || attempt === MAX_TRIES) {
      throw new StartupError(
        `PostgreSQL did not start (${reason}); ${cluster.log.file} has the details.`,
      )
    }
    await delay(attempt * 20)
  }
}

async function takeOver(
  server: RunningServer,
  access: { readonly pgdata: string; readonly password: string; readonly database: string },
): Promise<EmbeddedPostgres> {
  const { database, password } = access
  const { port, exited } = server
  try {
    const ownership = await holdOwnership({ ...access, port })
    await ensureServiceRole(ownership.session, { ...access, port }, database)
    // Release the lock last, so that nobody mistakes a stopping server for an orphan.
    const stop = () => ownership.release(server.stop())
    let stopped: Promise<void> | undefined
    return {
      url: serviceUrl(port, password, database),
      superuserUrl: superuserUrl(port, password, database),
      exited,
      stop: () => {
        stopped ??= stop()
        return stopped
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
