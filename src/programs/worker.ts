import { createConfig, requireServers } from '../config.ts'
import { runProcess } from '../lib/process.ts'
import { workerCommand } from './commands.ts'
import { prepareDatabase } from './prepare-database.ts'
import { startWorker } from './start-worker.ts'

/**
 * Limit for closing the services after jobs have ended. With Redis away, closing takes most of it.
 */
const SERVICES_STOP_MS = 4_000

/** The worker process: consumes jobs. Serves health and metrics if WORKER_PORT is set. */
await runProcess(workerCommand, async (environment, log) => {
  const databaseUrl = requireServers(environment)
  const config = createConfig(environment)
  await prepareDatabase(databaseUrl, environment, config, log)
  const options = { databaseUrl, config, log, servicesMs: SERVICES_STOP_MS }
  const { healthUrl, stop } = await startWorker(options)
  log.info('the worker is ready')
  return { ready: { text: '', document: { url: healthUrl ?? null } }, stop }
})
