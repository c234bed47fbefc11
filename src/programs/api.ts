import { buildApp } from '../app.ts'
import { createConfig, requireServers } from '../config.ts'
import { ensureAdmin } from '../features/auth/ensure-admin.ts'
import { within } from '../lib/in-time.ts'
import { persist } from '../lib/persist.ts'
import { runProcess } from '../lib/process.ts'
import { openServices } from '../services.ts'
import { apiCommand } from './commands.ts'
import { listen, stopLimits } from './listen.ts'
import { prepareDatabase } from './prepare-database.ts'

/** How long proxies have to notice that this process is not ready. */
const DELAY_SECONDS = 5
/** Limit for closing the services after requests have ended. */
const SERVICES_STOP_MS = 3_000

/** The API process: answers requests. Worker processes consume the jobs. */
await runProcess(apiCommand, async (environment, log) => {
  const databaseUrl = requireServers(environment)
  const config = createConfig(environment)
  await prepareDatabase(databaseUrl, environment, config, log)
  const services = openServices(config, databaseUrl, log, 'api')
  await persist(() => services.keys.start(), log)
  await persist(() => ensureAdmin(services), log)
  const { url, close } = await listen(await buildApp(services), config.HOST, config.PORT)
  return {
    ready: { text: '', document: { url } },
    async stop() {
      await close(stopLimits(config, DELAY_SECONDS))
      await within(SERVICES_STOP_MS, services.close())
    },
  }
})
