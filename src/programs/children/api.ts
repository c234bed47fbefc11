import { createConfig, readEnvironment } from '../../config.ts'
import { runChild } from '../../lib/children/run-child.ts'
import type { ApiOrders, ApiReady } from './orders.ts'

/** One of several API processes on one port. */
await runChild<ApiOrders, ApiReady>(async () => {
  const [{ serveForParent }, { prepareDatabase }] = await Promise.all([
    import('../serve-api.ts'),
    import('../prepare-database.ts'),
  ])
  return async ({ databaseUrl, kept, stops, hasWorker, prepares, url }, bus, log) => {
    const environment = readEnvironment(process.env)
    const config = createConfig(environment, kept)
    if (prepares) {
      await prepareDatabase(databaseUrl, environment, config, log)
      bus.tell('prepared', undefined)
    }
    const options = { databaseUrl, config, log, kept, stops, bus, hasWorker }
    const { isPasswordKept, stop } = await serveForParent(options, url)
    return { ready: { isPasswordKept }, stop }
  }
})
