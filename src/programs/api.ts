import { createConfig, requireServers } from '../config.ts'
import { createHub } from '../lib/children/hub.ts'
import { runProcess } from '../lib/process.ts'
import { openApi } from './children/open-api.ts'
import { apiCommand } from './commands.ts'

const STOPS = {
  /** How long proxies have to notice that this process is not ready. */
  delaySeconds: 5,
  servicesMs: 3_000,
} as const

/** The API: answers requests. Worker processes consume the jobs. */
await runProcess(apiCommand, async (environment, log) => {
  const databaseUrl = requireServers(environment)
  const config = createConfig(environment)
  const hub = createHub()
  const api = openApi({ environment, config, log, hub, stops: STOPS, hasWorker: false })
  const { url } = await api.begin({ databaseUrl })
  return {
    ready: { text: '', document: { url } },
    stop: async () => void (await api.stop()),
  }
})
