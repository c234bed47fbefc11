import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { type OperationId, operations } from '../../generated/operations.ts'

/** What is bounded by itself: requests are short, streams take as long as a client wants. */
export type Kind = 'request' | 'stream'

/** What is answered however much there is to do. */
const FREE: readonly OperationId[] = ['getLiveness', 'getReadiness', 'getMetrics']

/** Files and events. */
const STREAMS = new Set<OperationId>(
  Object.values(operations)
    .filter(({ takesFile, schema }) => {
      const { 200: success } = schema.response as { readonly 200?: object }
      return takesFile || (success !== undefined && 'content' in success)
    })
    .map(({ operationId }) => operationId),
)

/** The kind of a request whose operation is known; none when it is not bounded at all. */
export function kindOf({ routeOptions }: FastifyRequest): Kind | undefined {
  const id = routeOptions.config?.operationId
  if (id === undefined) return 'request'
  if (FREE.includes(id)) return undefined
  return STREAMS.has(id) ? 'stream' : 'request'
}

const pathOf = (id: OperationId): string =>
  operations[id].url.replace(/^\/v1/, '(?:/v1)?').replace(/:\w+/g, '[^/]+')

/** Paths under which there is something else than requests. */
const NO_REQUESTS = new RegExp(`^(?:${[...FREE, ...STREAMS].map(pathOf).join('|')})/?(?:\\?|$)`)

/**
 * Whether what arrives can only be a request, as far as its first line and its headers tell. A browser's is left out
 * where it may come from another origin: answers to these carry headers of their own.
 */
export const isSurelyRequest = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method !== 'OPTIONS' && headers.origin === undefined && !NO_REQUESTS.test(url)
