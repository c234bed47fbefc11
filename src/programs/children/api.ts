import { createConfig, readEnvironment } from '../../config.ts'
import { runChild } from '../../lib/children/run-child.ts'
import type { ApiOrders } from './orders.ts'

/** One of several API processes on one port. */
await runChild<ApiOrders, string>(async () => {
  const [{ serveApi }, { prepareDatabase }] = await Promise.all([
    import('../serve-api.ts'),
    import('../prepare-database.ts'),
  ])
  return async ({ databaseUrl, kept, stops, hasWorker, prepares }, bus, log) => {
    const environment = readEnvironment(process.env)
    const config = createConfig(environment, kept)
    if (prepares) {
      await prepareDatabase(databaseUrl, environment, config, log)
      bus.tell('prepared', undefined)
    }
    const { url, stop } = await serveApi({ databaseUrl, config, log, kept, stops, bus, hasWorker })
    return { ready: url, stop }
  }
})
