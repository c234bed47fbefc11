import { buildHealthApp } from '../app.ts'
import { createConfig, requireServers } from '../config.ts'
import { startConsumers } from '../consumers.ts'
import { within } from '../lib/in-time.ts'
import { persist } from '../lib/persist.ts'
import { runProcess } from '../lib/process.ts'
import { openServices } from '../services.ts'
import { workerCommand } from './commands.ts'
import { listen, stopLimits } from './listen.ts'
import { prepareDatabase } from './prepare-database.ts'

/**
 * Limit for closing the services after jobs have ended. With Redis away, closing takes most of it.
 */
const SERVICES_STOP_MS = 4_000

/** The worker process: consumes jobs. Serves health and metrics if WORKER_PORT is set. */
await runProcess(workerCommand, async (environment, log) => {
  const databaseUrl = requireServers(environment)
  const config = createConfig(environment)
  await prepareDatabase(databaseUrl, environment, config, log)
  const services = openServices(config, databaseUrl, log, 'worker')
  await persist(() => services.keys.start(), log)
  const health =
    config.WORKER_PORT === undefined
      ? undefined
      : await listen(await buildHealthApp(services), config.HOST, config.WORKER_PORT)
  await startConsumers(services)
  log.info('the worker is ready')
  return {
    ready: { text: '', document: { url: health?.url ?? null } },
    async stop() {
      const limits = { ...stopLimits(config, 0), delayMs: 0 }
      await Promise.all([health?.close(limits), services.finishJobs(limits.graceMs)])
      await within(SERVICES_STOP_MS, services.close())
    },
  }
})
