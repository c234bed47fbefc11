import type { Access } from './access.ts'
import { createAccess } from './create-access.ts'
import { type Client, createClient } from './generated/client/index.ts'
import { KEYED } from './generated/keyed.gen.ts'
import type { PassbookOptions } from './options.ts'
import { Problem } from './problem.ts'
import { createSend } from './send.ts'

/** Sends requests to one service, as one caller: the `client` of every operation. */
export interface Passbook extends Client {
  /** Ends the session of `tokens`; the next request logs in again. */
  readonly logOut: () => Promise<void>
}

/** Opens nothing: the first request that needs a login logs in. */
export function createPassbook(options: PassbookOptions = {}): Passbook {
  const { access, ...client } = createClients(options)
  return { ...client, logOut: access.logOut }
}

function createClients({ baseUrl = '', credentials, ...rest }: PassbookOptions) {
  const anonymous = connect(baseUrl, undefined, rest)
  const access = createAccess(credentials, anonymous)
  return { ...connect(baseUrl, access, rest), access }
}

function connect(baseUrl: string, access: Access | undefined, options: PassbookOptions): Client {
  const { send, describe } = createSend(access, options)
  const client = createClient({ baseUrl, fetch: send, throwOnError: true })
  client.interceptors.request.use((request, { method, url, security }) => {
    const takesKey = KEYED.has(`${method} ${url}`)
    return describe(request, { takesKey, needsLogin: security !== undefined })
  })
  client.interceptors.error.use((error, response) =>
    response instanceof Response ? new Problem(response, error) : error,
  )
  return client
}
