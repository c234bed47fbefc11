import type { Fetch } from './options.ts'

/** A request whose body its transport sends. */
export interface Outgoing {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly fetch: Fetch
  /** To be called while the body goes on: the time for an answer begins anew. */
  readonly alive: () => void
}

/** Sends a body that is too large to be kept. */
export interface Transport {
  readonly send: (request: Outgoing) => Promise<Response>
  /** Whether the body can be sent again. */
  readonly isRepeatable: boolean
}
