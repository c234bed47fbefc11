import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { type OperationId, operations } from '../../generated/operations.ts'
import { CURRENT_VERSION } from '../versions/versions.ts'

/**
 * The kinds that have separate limits: requests are short, streams last as long as the client
 * wants.
 */
export type Kind = 'request' | 'stream'

/** Operations that are answered under any load. */
const UNLIMITED: readonly OperationId[] = ['getLiveness', 'getReadiness', 'getMetrics']

/** Uploads, downloads and events. */
const STREAMS = new Set<OperationId>(
  Object.values(operations)
    .filter(({ takesFile, schema }) => {
      const { 200: success } = schema.response as { readonly 200?: object }
      return takesFile || (success !== undefined && 'content' in success)
    })
    .map(({ operationId }) => operationId),
)

/** The kind of a request by its operation; undefined if it has no limit. */
export function kindOf({ routeOptions }: FastifyRequest): Kind | undefined {
  const id = routeOptions.config?.operationId
  if (id === undefined) return 'request'
  if (UNLIMITED.includes(id)) return undefined
  return STREAMS.has(id) ? 'stream' : 'request'
}

const CURRENT = `/${CURRENT_VERSION}`

const pathOf = (id: OperationId): string =>
  operations[id].url.replace(CURRENT, `(?:${CURRENT})?`).replace(/:\w+/g, '[^/]+')

/** Paths of operations that are not of kind `request`. */
const OTHER_PATHS = new RegExp(
  `^(?:${[...UNLIMITED, ...STREAMS].map(pathOf).join('|')})/?(?:\\?|$)`,
)

/**
 * Whether a request is certainly of kind `request`, judging by its first line and headers.
 * Cross-origin browser requests are excluded, since their answers need CORS headers.
 */
export const isSurelyRequest = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method !== 'OPTIONS' && headers.origin === undefined && !OTHER_PATHS.test(url)
