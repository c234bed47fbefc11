import type { Access } from './access.ts'
import { createAccess } from './create-access.ts'
import { type Client, createClient } from './generated/client/index.ts'
import { KEYED } from './generated/keyed.gen.ts'
import type { PassbookOptions } from './options.ts'
import { Problem } from './problem.ts'
import { createSend } from './send.ts'
import type { Transport } from './transport.ts'

/** Sends requests to one service, as one caller: the `client` of every operation. */
export interface Passbook extends Client {
  /** Ends the session of `tokens`; the next request logs in again. */
  readonly logOut: () => Promise<void>
}

/** Opens nothing: the first request that needs a login logs in. */
export function createPassbook(options: PassbookOptions = {}): Passbook {
  const anonymous = connect(undefined, options)
  const access = createAccess(options.credentials, anonymous)
  return { ...connect(access, options), logOut: access.logOut }
}

function connect(access: Access | undefined, options: PassbookOptions): Client {
  const { send, describe } = createSend(access, options)
  const baseUrl = options.baseUrl?.replace(/\/+$/, '') ?? ''
  const given = options.signal ? { signal: options.signal } : {}
  const client = createClient({ baseUrl, fetch: send, throwOnError: true, ...given })
  client.interceptors.request.use((request, { method, url, security, ...rest }) => {
    const takesKey = KEYED.has(`${method} ${url}`)
    const transport = transportOf(rest)
    return describe(request, { takesKey, needsLogin: security !== undefined, transport })
  })
  client.interceptors.error.use((error, response) =>
    response instanceof Response ? new Problem(response, error) : error,
  )
  return client
}

/** What an upload gives its operation. */
const transportOf = (options: object) =>
  (options as { readonly meta?: { readonly transport?: Transport } }).meta?.transport
