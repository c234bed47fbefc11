import type { KeptSecrets } from '../kept-secrets.ts'
import type { ApiStops, ServedApi } from '../serve-api.ts'

/** What a child needs to begin. It comes over the channel to the parent, as command lines are public. */
interface Orders {
  readonly databaseUrl: string
  /** The secrets of an embedded database. */
  readonly kept?: KeptSecrets | undefined
  /** Where the API listens, once that is known. */
  readonly url?: string | undefined
}

/** What an API process needs to begin. */
export interface ApiOrders extends Orders {
  readonly stops: ApiStops
  /** Whether a worker runs beside the API processes. */
  readonly hasWorker: boolean
  /** Whether this process brings the database up to date, for all. */
  readonly prepares: boolean
}

/** What an API process reports once it serves. */
export type ApiReady = Pick<ServedApi, 'isPasswordKept'>

/** What the worker of `npm start` needs to begin. */
export interface WorkerOrders extends Orders {
  /** Limit for closing its services. */
  readonly servicesMs: number
}
