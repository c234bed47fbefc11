import { createServer } from 'node:http'
import compress from '@fastify/compress'
import cors from '@fastify/cors'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Storage } from '../database/storage.ts'
import type { Bus } from '../lib/children/bus.ts'
import type { Log } from '../lib/log.ts'
import { RequestLog } from '../lib/logging/request-log.ts'
import type { Metrics } from '../lib/metrics.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'
import { installBodyTimeout } from './body/body-timeout.ts'
import { installEmptyBodies } from './body/empty-body.ts'
import { installFileBodies } from './body/file-body.ts'
import { installFormBody } from './body/form-body.ts'
import { installJsonBody } from './body/json-body.ts'
import { installUnreadBodies } from './body/unread-body.ts'
import { installCodings } from './codings.ts'
import { answerUnreadable, installUnreadable } from './connections/client-error.ts'
import { installDrain } from './connections/drain.ts'
import { installExpectations } from './connections/expectations.ts'
import { installHeadStreams } from './connections/head-streams.ts'
import { observeFailedUsers } from './creations/failed-users.ts'
import { createGate, type GateLimits } from './overload/gate.ts'
import { installProblems, sendProblem } from './problem.ts'
import { installRateLimits } from './rate-limit.ts'
import { requestId } from './request-id.ts'
import { installHeaders } from './security-headers.ts'
import { compileSerializersLate } from './serializers.ts'
import { installValidator } from './validation/validator.ts'
import { withVersion } from './versions/versions.ts'

/** The limit for operations without a JSON body; the others define their own. */
const MAX_BODY_BYTES = 16 * 1024
const BODY_TIMEOUT_MS = 60_000
const HEADERS_TIMEOUT_MS = 60_000
/** Longer than proxies keep idle connections, so that the proxy closes them and not we. */
const KEEP_ALIVE_MS = 75_000
const SERVER_OPTIONS = {
  // An upload may take hours; the body timeout bounds it.
  requestTimeout: 0,
  headersTimeout: HEADERS_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  // Node.js would answer a missing Host header without a body.
  requireHostHeader: false,
}
const EXPOSED_HEADERS = [
  'link',
  'x-total-count',
  'x-next-cursor',
  'x-request-id',
  'location',
  'etag',
  'idempotency-replayed',
  'retry-after',
  'deprecation',
  'sunset',
  'ratelimit',
  'ratelimit-policy',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
]

export interface HttpOptions extends GateLimits {
  readonly log: Log
  readonly metrics: Metrics
  /** Origins that browsers may call from, comma-separated; none when absent. */
  readonly corsOrigins?: string | undefined
  /** Proxies whose `X-Forwarded-For` is trusted, comma-separated addresses. */
  readonly trustProxy?: string | undefined
  /** Requests per minute and account or address; not counted when absent or 0. */
  readonly requestsPerMinute?: number
  /** Is notified of errors, if given. */
  readonly storage?: Pick<Storage, 'note'>
  /** The Redis in which several processes count requests together. */
  readonly shared?: SharedRedis | undefined
  /** Reaches the parent of API processes that share a port. */
  readonly parent?: Bus | undefined
  /** How long a body may take, or how long an upload may pause. Default: one minute. */
  readonly bodyTimeoutMs?: number
  /** Connections beyond this are dropped. */
  readonly maxConnections?: number
}

/** The path and query of a request target. A client may name scheme and host, too (RFC 9112, 3.2.2). */
function originForm(target = '/'): string {
  const rest = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)?.[1]
  if (rest === undefined) return target
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** `*` in the list allows any origin. */
function allowedOrigins(corsOrigins: string | undefined): false | '*' | string[] {
  const origins = corsOrigins?.split(',').map((origin) => origin.trim()) ?? []
  if (origins.includes('*')) return '*'
  return origins.length > 0 ? origins : false
}

/** Node.js drops connections beyond the maximum silently, so count them. */
function boundConnections({ server }: FastifyInstance, options: HttpOptions) {
  const { maxConnections, metrics, parent } = options
  if (maxConnections === undefined) return
  const count = () => metrics.requestsShed.inc({ reason: 'connections' })
  if (parent === undefined) {
    server.maxConnections = maxConnections
    server.on('drop', count)
    return
  }
  // Node.js counts only what it accepted by itself.
  let open = 0
  server.prependListener('connection', (socket) => {
    open += 1
    socket.once('close', () => {
      open -= 1
    })
    if (open <= maxConnections) return
    count()
    socket.destroy()
  })
}

/** Counts and logs each answer by operation, since path and query may contain names. */
function observe(app: FastifyInstance, { log, metrics, storage }: HttpOptions): void {
  app.addHook('onError', async (_request, _reply, error) => storage?.note(error))
  app.addHook('onResponse', (request, reply, done) => {
    done()
    const operation = request.routeOptions.config?.operationId ?? 'none'
    const { method } = request
    const { statusCode: status, elapsedTime } = reply
    metrics.requests.observe(operation, status, elapsedTime / 1000)
    if (request.wasRefused) return
    const ms = Math.round(elapsedTime)
    const request_id = request.id
    const client = { account_id: request.caller?.id, address: request.ip }
    log.info({ request_id, method, operation, status, ms, ...client }, 'request')
  })
}

/** Creates the HTTP server with the API's conventions, without routes. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { log, metrics, corsOrigins, trustProxy, requestsPerMinute = 0, shared } = options
  const { bodyTimeoutMs = BODY_TIMEOUT_MS, parent } = options
  const gate = createGate(options)
  const app: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'request_id',
    }),
    childLoggerFactory: (parent, fields) => new RequestLog(parent as Log, fields),
    genReqId: requestId,
    rewriteUrl: ({ url }) => withVersion(url),
    bodyLimit: MAX_BODY_BYTES,
    serverFactory: (serve) =>
      createServer(SERVER_OPTIONS, (request, response) => {
        request.url = originForm(request.url)
        if (!gate.turnsAway(request, response)) serve(request, response)
      }),
    trustProxy: trustProxy ?? false,
    schemaController: { compilersFactory: { buildSerializer: compileSerializersLate } },
    forceCloseConnections: 'idle',
    // Requests on open connections are served while the process stops.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
  })
  installHeaders(app)
  installDrain(app)
  boundConnections(app, options)
  observeFailedUsers(app, metrics)
  observe(app, options)
  installValidator(app)
  installJsonBody(app)
  installFileBodies(app)
  installFormBody(app)
  installBodyTimeout(app, bodyTimeoutMs)
  installEmptyBodies(app)
  // Before the plugins, so that errors in their routes are problems too.
  app.setErrorHandler(sendProblem)
  const origin = allowedOrigins(corsOrigins)
  if (origin !== false) {
    await app.register(cors, {
      origin,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      // Otherwise an OPTIONS request that is not a preflight gets a plain-text answer.
      strictPreflight: false,
      exposedHeaders: EXPOSED_HEADERS,
    })
  }
  installCodings(app)
  // After the headers above, so that errors carry them too.
  installUnreadable(app)
  installUnreadBodies(app, bodyTimeoutMs)
  installExpectations(app)
  installHeadStreams(app)
  await gate.install(app)
  await installRateLimits(app, { perMinute: requestsPerMinute, shared, parent, log })
  installProblems(app)
  await app.register(compress, { threshold: 1024, encodings: ['gzip', 'identity'] })
  return app
}
