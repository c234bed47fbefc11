import { buildApp } from './app.ts'
import { createConfig, requireServers } from './config.ts'
import { requireKeysOfDatabase } from './database-keys.ts'
import { ensureAdmin } from './features/auth/first-admin.ts'
import { listen, stopLimits } from './listen.ts'
import { awaitDatabase, sayOnStandardError } from './platform/await-database.ts'
import { createLog } from './platform/log.ts'
import { migrate } from './platform/migrate.ts'
import { processEnvironment, runProcess, within } from './platform/process.ts'
import { openServices } from './services.ts'

/** How long proxies may take to see that this process is not ready. */
const DELAY_SECONDS = 5
/** What is left to close once requests have ended. */
const SERVICES_STOP_MS = 3_000

/** The API process: answers requests, leaves the work on events to worker processes. */
const environment = processEnvironment()
const log = createLog(environment.LOG_LEVEL)

await runProcess(log, async () => {
  const databaseUrl = requireServers(environment)
  const config = createConfig(environment)
  await awaitDatabase(databaseUrl, {
    maxSeconds: config.DATABASE_WAIT_SECONDS,
    say: sayOnStandardError,
  })
  await migrate(databaseUrl)
  await requireKeysOfDatabase(databaseUrl, environment, config)
  const services = openServices(config, databaseUrl, log, 'api')
  await ensureAdmin(services)
  const { close } = await listen(await buildApp(services), config.HOST, config.PORT)
  return {
    async stop() {
      await close(stopLimits(config, DELAY_SECONDS))
      await within(SERVICES_STOP_MS, services.close())
    },
  }
})
