import { setTimeout as delay } from 'node:timers/promises'
import type { Config, Environment } from '../../config.ts'
import { countForChildren } from '../../lib/children/counts.ts'
import type { Hub } from '../../lib/children/hub.ts'
import { type KeptProcess, keepRunning } from '../../lib/children/keep-running.ts'
import { createSharedPort } from '../../lib/children/shared-port.ts'
import { within } from '../../lib/in-time.ts'
import type { Log } from '../../lib/log.ts'
import { listenOn, stopLimits } from '../listen.ts'
import type { ApiStops, ServedApi } from '../serve-api.ts'
import { forkChild } from './fork.ts'
import type { ApiOrders, ApiReady } from './orders.ts'

/** What a child may take beyond its own limits before it is killed. */
const KILL_MARGIN_MS = 2_000
/** How long children may take to take the last connections of a port that is closed. */
const TAKE_MS = 1_000

interface ApiOptions {
  readonly environment: Environment
  readonly config: Config
  readonly log: Log
  readonly hub: Hub
  readonly stops: ApiStops
  /** Whether a worker runs beside the API. */
  readonly hasWorker: boolean
}

/** The API, in this process or in several. */
export interface Api {
  /** Prepares the database, then serves. @returns the URL, once all processes serve it, and what they report */
  begin(
    orders: Pick<ApiOrders, 'databaseUrl' | 'kept'>,
  ): Promise<ApiReady & { readonly url: string }>
  /** Answers what is under way, and ends. */
  stop(): Promise<unknown>
}

/** How long a child may take to stop, in milliseconds, before it is killed. */
export const killAfter = ({ STOP_GRACE_SECONDS }: Config, servicesMs: number): number =>
  STOP_GRACE_SECONDS * 1000 + servicesMs + KILL_MARGIN_MS

/** Serves in this process: a single process needs no parent, which would take memory. */
function openHere({ environment, config, log, hub, stops, hasWorker }: ApiOptions): Api {
  const loading = Promise.all([import('../serve-api.ts'), import('../prepare-database.ts')])
  let api: ServedApi | undefined
  return {
    async begin({ databaseUrl, kept }) {
      const [{ serveApi }, { prepareDatabase }] = await loading
      await prepareDatabase(databaseUrl, environment, config, log)
      const options = { databaseUrl, config, log, kept, stops, bus: hub, hasWorker }
      const served = await serveApi(options)
      api = served
      return served
    },
    stop: async () => await api?.stop(),
  }
}

/** Serves in several processes. This one listens, and loads none of what they do. */
function openSeveral({ config, log, hub, stops, hasWorker }: ApiOptions): Api {
  countForChildren(hub)
  const { HOST, PORT, API_PROCESSES } = config
  const port = createSharedPort()
  const fork = () => forkChild('api')
  const processes = Array.from(
    { length: API_PROCESSES },
    (): KeptProcess<ApiOrders, ApiReady> =>
      keepRunning({ name: 'api', fork, hub, log, onReady: port.serve }),
  )
  return {
    async begin(orders) {
      const prepared = new Promise<void>((resolve) => hub.listen('prepared', resolve))
      let url: string | undefined
      const begin = (kept: (typeof processes)[number] | undefined, prepares: boolean) =>
        kept?.begin(() => ({ ...orders, url, stops, hasWorker, prepares }))
      const [first, ...others] = processes
      const preparing = begin(first, true)
      await Promise.race([prepared, preparing])
      const [ready] = await Promise.all([preparing, ...others.map((each) => begin(each, false))])
      url = await listenOn(HOST, PORT, () => port.listen(HOST, PORT))
      log.info(`Server listening at ${url}`)
      hub.tell('url', url)
      return { url, isPasswordKept: ready?.isPasswordKept ?? false }
    },
    async stop() {
      const { delayMs, graceMs } = stopLimits(config, stops.delaySeconds)
      hub.tell('stopping', undefined)
      await delay(Math.min(delayMs, graceMs))
      await within(TAKE_MS, port.close())
      await Promise.all(processes.map((each) => each.stop(killAfter(config, stops.servicesMs))))
    },
  }
}

/** Opens the API in as many processes as API_PROCESSES says; they load their code at once. */
export const openApi = (options: ApiOptions): Api =>
  options.config.API_PROCESSES === 1 ? openHere(options) : openSeveral(options)
