import type { Server } from 'node:http'
import { buildApp } from '../app.ts'
import type { Config } from '../config.ts'
import { ensureAdmin } from '../features/auth/ensure-admin.ts'
import { hasKeptPassword } from '../features/auth/kept-password.ts'
import type { Bus } from '../lib/children/bus.ts'
import { takeConnections } from '../lib/children/take-connections.ts'
import { within } from '../lib/in-time.ts'
import type { Log } from '../lib/log.ts'
import { persist } from '../lib/persist.ts'
import type { OtherProcesses } from '../services/stores.ts'
import { openServices, type Services } from '../services.ts'
import type { KeptSecrets } from './kept-secrets.ts'
import { keepHeapLean } from './lean-heap.ts'
import { closeApp, listen, stopLimits } from './listen.ts'

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
  /** Whether the first admin has the generated password still; false where none was generated. */
  readonly isPasswordKept: boolean
  /** Answers what is under way, and closes what the API uses. */
  stop(): Promise<void>
}

const hasKept = ({ database, config }: Services, kept: KeptSecrets) =>
  hasKeptPassword(database, config.ADMIN_USERNAME ?? kept.adminUsername, kept.adminPassword)

async function prepare({ databaseUrl, config, log, kept, ...others }: ApiOptions) {
  keepHeapLean()
  const services = openServices(config, databaseUrl, log, 'api', others)
  await persist(() => services.keys.start(), log)
  await persist(() => ensureAdmin(services, kept), log)
  const [app, isPasswordKept] = await Promise.all([
    buildApp(services),
    kept !== undefined && persist(() => hasKept(services, kept), log),
  ])
  return { services, app, isPasswordKept }
}

/**
 * Serves the API in this process.
 *
 * @throws StartupError when it cannot listen
 */
export async function serveApi(options: ApiOptions): Promise<ServedApi & { readonly url: string }> {
  const { config, stops } = options
  const { services, app, isPasswordKept } = await prepare(options)
  const { url, close } = await listen(app, config.HOST, config.PORT)
  services.links.leadTo(url)
  return {
    url,
    isPasswordKept,
    async stop() {
      await close(stopLimits(config, stops.delaySeconds))
      await within(stops.servicesMs, services.close())
    },
  }
}

/**
 * Serves the connections that the parent of this process accepts.
 *
 * @param url where the parent listens, once that is known
 */
export async function serveForParent(
  options: ApiOptions & { readonly bus: Bus },
  url: string | undefined,
): Promise<ServedApi> {
  const { config, stops, bus } = options
  const { services, app, isPasswordKept } = await prepare(options)
  if (url !== undefined) services.links.leadTo(url)
  bus.listen('url', services.links.leadTo)
  bus.listen('stopping', app.drain.announce)
  takeConnections(app.server as Server)
  return {
    isPasswordKept,
    async stop() {
      // The parent has waited until proxies noticed, and has closed the port.
      const { delayMs, graceMs, idleMs } = stopLimits(config, stops.delaySeconds)
      await closeApp(app, { delayMs: 0, graceMs: Math.max(graceMs - delayMs, 0), idleMs })
      await within(stops.servicesMs, services.close())
    },
  }
}
