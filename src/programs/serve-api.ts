import { buildApp } from '../app.ts'
import type { Config } from '../config.ts'
import { ensureAdmin } from '../features/auth/ensure-admin.ts'
import { within } from '../lib/in-time.ts'
import type { Log } from '../lib/log.ts'
import { persist } from '../lib/persist.ts'
import { type OtherProcesses, openServices } from '../services.ts'
import type { KeptSecrets } from './kept-secrets.ts'
import { listen, stopLimits } from './listen.ts'

/** What a stop of the API may take. */
export interface ApiStops {
  /** The default of STOP_DELAY_SECONDS. */
  readonly delaySeconds: number
  /** Limit for closing the services after requests have ended. */
  readonly servicesMs: number
}

interface ApiOptions extends OtherProcesses {
  readonly databaseUrl: string
  readonly config: Config
  readonly log: Log
  /** The secrets of an embedded database, for the first admin. */
  readonly kept?: KeptSecrets | undefined
  readonly stops: ApiStops
}

/** An API that answers requests. */
export interface ServedApi {
  readonly url: string
  /** Answers what is under way, and closes what the API uses. */
  stop(): Promise<void>
}

/**
 * Serves the API in this process.
 *
 * @throws StartupError when it cannot listen
 */
export async function serveApi(options: ApiOptions): Promise<ServedApi> {
  const { databaseUrl, config, log, kept, stops } = options
  const services = openServices(config, databaseUrl, log, 'api', options)
  await persist(() => services.keys.start(), log)
  await persist(() => ensureAdmin(services, kept), log)
  const { url, close } = await listen(await buildApp(services), config.HOST, config.PORT)
  services.links.leadTo(url)
  return {
    url,
    async stop() {
      await close(stopLimits(config, stops.delaySeconds))
      await within(stops.servicesMs, services.close())
    },
  }
}
