import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { chooseAccount } from '../../../src/database/embedded/account.ts'
import { superuserUrl } from '../../../src/database/embedded/address.ts'
import { prepareBinaries } from '../../../src/database/embedded/binaries.ts'
import { ensureCluster } from '../../../src/database/embedded/cluster.ts'
import { findFreePort } from '../../../src/database/embedded/port.ts'
import {
  readPostmasterFile,
  removeBrokenPostmasterFile,
} from '../../../src/database/embedded/postmaster-file.ts'
import { launchServer, type RunningServer } from '../../../src/database/embedded/server.ts'
import { openLog } from '../../../src/database/embedded/server-log.ts'
import { runSql } from '../sql.ts'
import { family, signal } from './process-tree.ts'
import type { Storage } from './storage.ts'

export type ChaosPostgres = Awaited<ReturnType<typeof startPostgres>>

const PASSWORD = 'only-for-chaos'
const DATABASE = 'passbook'
/** The processes of a killed server need a moment to notice. */
const MAX_STARTS = 60
const BETWEEN_STARTS_MS = 250

/**
 * So that there is work in the background within minutes, and the log of changes stays small and takes
 * new room as it grows.
 */
const SETTINGS = {
  max_wal_size: '192MB',
  wal_recycle: 'off',
  checkpoint_timeout: '45s',
  autovacuum_naptime: '5s',
  autovacuum_vacuum_cost_delay: '0',
}

/**
 * A PostgreSQL that loses nothing in a crash (fsync is on), on one folder and one port from start to
 * start. It ends with this process.
 */
export async function startPostgres({ folder, disk }: Storage) {
  const pgdata = join(disk, 'postgres')
  const account = await chooseAccount(pgdata)
  const binaries = await prepareBinaries(account)
  const log = await openLog(folder)
  const cluster = { pgdata, binaries, account, log, password: PASSWORD, fast: false }
  await ensureCluster(cluster)
  const port = await findFreePort()
  const url = superuserUrl(port, PASSWORD, DATABASE)
  let server: RunningServer | undefined
  let starting: Promise<void> | undefined
  let isTold = false
  let isClosed = false
  let stopped: readonly number[] = []
  let onEnd: (code: number | null) => void = () => undefined

  async function launch(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      await removeBrokenPostmasterFile(pgdata)
      const started = await launchServer(cluster, port)
      if ('port' in started) {
        server = started
        isTold = false
        void started.exited.then((code) => {
          server = undefined
          if (!isTold) onEnd(code)
        })
        return
      }
      if (attempt === MAX_STARTS || isClosed)
        throw new Error(`PostgreSQL does not start: ${started.reason}`)
      await delay(BETWEEN_STARTS_MS)
    }
  }

  /** Starts it unless it runs; who asks while it starts waits for that. Does nothing after `close`. */
  async function start(): Promise<void> {
    if (server || isClosed) return
    starting ??= launch().finally(() => {
      starting = undefined
    })
    await starting
  }

  const pid = async () => (await readPostmasterFile(pgdata))?.pid

  async function end(name: NodeJS.Signals): Promise<void> {
    const running = server
    const postmaster = await pid()
    if (running === undefined || postmaster === undefined) return
    isTold = true
    signal(postmaster, name)
    await running.exited
  }

  function resume(): void {
    for (const process of [...stopped].reverse()) signal(process, 'SIGCONT')
    stopped = []
  }

  await start()
  const maintenance = superuserUrl(port, PASSWORD, 'postgres')
  await runSql(maintenance, `CREATE DATABASE ${DATABASE}`)
  for (const [name, value] of Object.entries(SETTINGS)) {
    await runSql(maintenance, `ALTER SYSTEM SET ${name} = ${pg.escapeLiteral(value)}`)
  }
  await runSql(maintenance, 'SELECT pg_reload_conf()')

  return {
    url,
    port,
    logFile: log.file,
    start,
    isRunning: () => server !== undefined,
    isClosed: () => isClosed,
    /** Ends all its processes at once, as a crash of the machine would. */
    kill: () => end('SIGKILL'),
    /** Has it end its sessions and stop. */
    stopFast: () => end('SIGINT'),
    /** Stops all its processes where they are. */
    async pause(): Promise<void> {
      const postmaster = await pid()
      if (postmaster === undefined) return
      // It first: it makes no new ones then.
      signal(postmaster, 'SIGSTOP')
      stopped = [postmaster]
      const all = await family(postmaster)
      // It may have been resumed meanwhile.
      if (stopped.length === 0) return
      stopped = all
      for (const process of stopped) signal(process, 'SIGSTOP')
    },
    resume,
    /** @param listener called when it ends without having been told to */
    whenEnded(listener: (code: number | null) => void): void {
      onEnd = listener
    },
    async close(): Promise<void> {
      isTold = true
      isClosed = true
      resume()
      // One that is just being started counts as well.
      await starting?.catch(() => undefined)
      await server?.stop()
      await log.close()
    },
  }
}
