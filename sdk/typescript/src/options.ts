import type { Credentials } from './credentials.ts'
import type { RetryOptions } from './retry.ts'

/** Like the global `fetch`. */
export type Fetch = (request: Request) => Promise<Response>

/** Where a service is, who calls it, and how. */
export interface PassbookOptions {
  /** Where the service is, such as `https://passbook.example`. Default: where the page came from. */
  readonly baseUrl?: string
  readonly credentials?: Credentials
  readonly retry?: RetryOptions
  /** How long the service may take until its answer begins. Default: 30 seconds. */
  readonly timeoutSeconds?: number
  /** Ends every request, with its reason as the error. */
  readonly signal?: AbortSignal
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch
}
