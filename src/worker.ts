import { buildHealthApp } from './app.ts'
import { createConfig, requireServers } from './config.ts'
import { startConsumers } from './consumers.ts'
import { listen } from './listen.ts'
import { createLog } from './platform/log.ts'
import { migrate } from './platform/migrate.ts'
import { processEnvironment, runProcess } from './platform/process.ts'
import { openServices } from './services.ts'

/** The worker process: works on events; answers health and metrics where WORKER_PORT is set. */
const environment = processEnvironment()
const log = createLog(environment.LOG_LEVEL)

await runProcess(log, async () => {
  const databaseUrl = requireServers(environment)
  const config = createConfig(environment)
  await migrate(databaseUrl)
  const services = openServices(config, databaseUrl, log, 'worker')
  const health =
    config.WORKER_PORT === undefined
      ? undefined
      : await listen(await buildHealthApp(services), config.HOST, config.WORKER_PORT)
  await startConsumers(services)
  log.info('the worker is ready')
  return {
    async stop() {
      await health?.close()
      await services.close()
    },
  }
})
