import { createConfig, readEnvironment } from '../../config.ts'
import { runChild } from '../../lib/children/run-child.ts'
import type { WorkerOrders } from './orders.ts'

/** The worker of `npm start`. */
await runChild<WorkerOrders, null>(async () => {
  const { startWorker } = await import('../start-worker.ts')
  return async ({ databaseUrl, kept, url, servicesMs }, bus, log) => {
    const config = createConfig(readEnvironment(process.env), kept)
    const worker = await startWorker({ databaseUrl, config, log, servicesMs, bus, url })
    return { ready: null, stop: worker.stop }
  }
})
