import type { Config } from '../config.ts'
import { startConsumers } from '../consumers.ts'
import type { Bus } from '../lib/children/bus.ts'
import { within } from '../lib/in-time.ts'
import type { Log } from '../lib/log.ts'
import { persist } from '../lib/persist.ts'
import { openServices, type Services } from '../services.ts'
import { keepHeapLean } from './lean-heap.ts'
import { type Listening, listen, stopLimits } from './listen.ts'

interface WorkerOptions {
  readonly databaseUrl: string
  readonly config: Config
  readonly log: Log
  /** Limit for closing the services after jobs have ended. */
  readonly servicesMs: number
  /** Reaches the API processes of the same parent, if there is one. */
  readonly bus?: Bus
  /** Where the API listens, if that is known. */
  readonly url?: string | undefined
}

/** A worker that consumes jobs. */
export interface StartedWorker {
  /** Where it answers health and metrics, if it does. */
  readonly healthUrl: string | undefined
  /** Finishes what is under way, and closes what the worker uses. */
  stop(): Promise<void>
}

/** Loaded only where it is needed: it is most of what an API process loads. */
async function serveHealth(services: Services, host: string, port: number): Promise<Listening> {
  const { buildHealthApp } = await import('../app.ts')
  return await listen(await buildHealthApp(services), host, port)
}

/** Consumes jobs in this process. Serves health and metrics if WORKER_PORT is set and it has no parent that does. */
export async function startWorker(options: WorkerOptions): Promise<StartedWorker> {
  const { databaseUrl, config, log, servicesMs, bus, url } = options
  keepHeapLean()
  const services = openServices(config, databaseUrl, log, 'worker', bus && { bus })
  if (url !== undefined) services.links.leadTo(url)
  await persist(() => services.keys.start(), log)
  const health =
    bus !== undefined || config.WORKER_PORT === undefined
      ? undefined
      : await serveHealth(services, config.HOST, config.WORKER_PORT)
  await startConsumers(services)
  return {
    healthUrl: health?.url,
    async stop() {
      const limits = { ...stopLimits(config, 0), delayMs: 0 }
      await Promise.all([health?.close(limits), services.finishJobs(limits.graceMs)])
      await within(servicesMs, services.close())
    },
  }
}
