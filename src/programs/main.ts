import { join, resolve } from 'node:path'
import { createConfig } from '../config.ts'
import { ranOutOfSpace } from '../database/embedded/disk-space.ts'
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts'
import { StartupError } from '../errors.ts'
import { createHub } from '../lib/children/hub.ts'
import { type KeptProcess, keepRunning } from '../lib/children/keep-running.ts'
import { createPaint } from '../lib/logging/paint.ts'
import { runProcess } from '../lib/process.ts'
import { banner } from './banner.ts'
import { forkChild } from './children/fork.ts'
import { killAfter, openApi } from './children/open-api.ts'
import type { WorkerOrders } from './children/orders.ts'
import { startCommand } from './commands.ts'
import { connectionsFor } from './connections.ts'
import { ensureSecrets } from './kept-secrets.ts'

/** Limit for closing the services after requests and jobs have ended. */
const SERVICES_STOP_MS = 1_500
const STOPS = { delaySeconds: 0, servicesMs: SERVICES_STOP_MS } as const

/**
 * Runs the API, in this process if there is one of it, and a worker in a child. Starts an embedded PostgreSQL if
 * DATABASE_URL is not set.
 */
await runProcess(startCommand, async (environment, log) => {
  const dataDir = resolve(environment.DATA_DIR)
  const kept = environment.DATABASE_URL === undefined ? await ensureSecrets(dataDir) : undefined
  const config = createConfig(environment, kept)
  const hub = createHub()
  const api = openApi({ environment, config, log, hub, stops: STOPS, hasWorker: true })
  const postgres =
    kept &&
    (await startEmbeddedPostgres({
      dataDir,
      password: kept.databasePassword,
      maxConnections: connectionsFor(config),
      log: (text, ms) => log.info({ ms }, text),
    }))
  const databaseUrl = postgres?.url ?? (environment.DATABASE_URL as string)
  let stopping = false
  const { url, isPasswordKept } = await api.begin({ databaseUrl, kept })
  // Requests need no worker, and beside it the start would take twice as long.
  const fork = () => forkChild('worker')
  const worker: KeptProcess<WorkerOrders, null> = keepRunning({ name: 'worker', fork, hub, log })
  // One that cannot start ends all, as an unhandled rejection.
  void worker.begin(() => ({ databaseUrl, kept, url, servicesMs: SERVICES_STOP_MS }))
  postgres?.exited.then(async () => {
    if (stopping) return
    if (await ranOutOfSpace(dataDir, join(dataDir, 'postgres.log'))) {
      log.fatal('storage_full: the embedded PostgreSQL stopped because the disk is full')
      throw new StartupError(`The disk of ${dataDir} is full; free some space and start again.`)
    }
    log.fatal('the embedded PostgreSQL stopped unexpectedly')
    throw new StartupError(
      `The embedded PostgreSQL stopped unexpectedly; its log is postgres.log in ${dataDir}.`,
    )
  })
  return {
    ready: banner({
      url,
      config,
      dataDir,
      kept,
      isPasswordKept,
      paint: createPaint(process.stdout),
      seconds: performance.now() / 1000,
    }),
    async stop() {
      stopping = true
      await Promise.all([api.stop(), worker.stop(killAfter(config, SERVICES_STOP_MS))])
      await postgres?.stop()
    },
  }
})
