import type {
  FastifyInstance,
  FastifyRequest,
  FastifySchema,
  onSendAsyncHookHandler,
} from 'fastify'
import { StartupError } from '../errors.ts'
import { type OperationId, operations } from '../generated/operations.ts'
import { createAdmit } from './admit.ts'
import type { FindCaller } from './auth.ts'
import { fileBody } from './body/file-body.ts'
import type { Conventions, Exchange } from './conventions.ts'
import { createDeadlines } from './deadline.ts'
import type {
  Handle,
  HandleAhead,
  HandleFile,
  LockBefore,
  Operation,
  ReceivedFile,
} from './handlers.ts'
import { waitOf } from './overload/gate.ts'
import { announceDeprecation, type Deprecation } from './versions/deprecation.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    operationId?: OperationId
    takesFile?: boolean
  }

  interface FastifyRequest {
    /** A look-up that began with the caller's. */
    ahead?: Promise<unknown>
  }
}

/** The id in a path that is not validated yet; undefined if it is none. */
function idIn(params: unknown): number | undefined {
  const { id } = params as { readonly id?: string }
  return id !== undefined && /^[1-9]\d{0,14}$/.test(id) ? Number(id) : undefined
}

export interface Router {
  readonly handle: Handle
  readonly handleAhead: HandleAhead
  readonly handleFile: HandleFile
  readonly lockBefore: LockBefore
  /** @throws StartupError naming the operations without a handler */
  assertComplete(): void
}

/**
 * Turns operations into routes of an app. Callers are authenticated and counted before a body is
 * read. The documented retries and preconditions are applied around the handler.
 */
export function createRouter(
  app: FastifyInstance,
  findCaller: FindCaller,
  conventions: Conventions,
  beforeDeadline = createDeadlines(undefined, waitOf),
): Router {
  const handled = new Set<OperationId>()
  const admit = createAdmit(app, findCaller)
  const readers = new Map<string, (exchange: Exchange) => Promise<unknown>>()
  const locks = new Map<string, (params: never) => Promise<void>>()
  const looks = new Map<OperationId, (id: number) => Promise<unknown>>()

  function lookAhead({ operationId }: Operation, request: FastifyRequest): void {
    const look = looks.get(operationId)
    const id = look && idIn(request.params)
    if (look === undefined || id === undefined) return
    request.ahead = look(id)
    // Nobody waits for it where the request is refused.
    request.ahead.catch(() => undefined)
  }

  /** @param receive for an operation that takes a file: its result replaces the body */
  function register(
    operation: Operation,
    handler: (context: never, prepared: never) => unknown,
    prepare?: (context: never) => Promise<unknown>,
    receive?: (exchange: Exchange, context: never) => Promise<ReceivedFile>,
  ): void {
    handled.add(operation.operationId)
    const contextOf = (
      { request, reply, caller }: Exchange,
      query: unknown,
      body: unknown,
    ): never => {
      const { params, headers } = request
      const requestId = request.id
      return { params, query, body, headers, caller, requestId, request, reply } as never
    }
    if (operation.method === 'GET') {
      readers.set(operation.url, async (exchange) =>
        handler(contextOf(exchange, {}, undefined), undefined as never),
      )
    }
    app.route({
      method: operation.method,
      url: operation.url,
      schema: operation.schema as FastifySchema,
      config: {
        operationId: operation.operationId,
        takesFile: operation.takesFile,
        takesForm: operation.takesForm,
        compressible: !(operation.etag || sendsEvents(operation)),
        ...(operation.bodyLimits && { bodyLimits: operation.bodyLimits }),
      },
      ...(operation.bodyLimits && { bodyLimit: operation.bodyLimits.bytes }),
      // A strong ETag identifies bytes, which compression would change; events must not be
      // buffered.
      ...((operation.etag || sendsEvents(operation)) && { compress: false }),
      // A file is stored as it was sent; a body that nobody reads needs no decompression.
      ...((operation.takesFile || operation.method === 'GET') && { decompress: false }),
      onRequest: (request, reply) =>
        beforeDeadline(request, () =>
          admit(operation, request, reply, () => lookAhead(operation, request)),
        ),
      onSend: beforeSending(operation),
      handler: async (request, reply) => {
        reply.code(operation.successStatus)
        const exchange = { request, reply, caller: request.caller }
        const file =
          receive && (await receive(exchange, contextOf(exchange, request.query, undefined)))
        if (file) request.body = file
        const context = contextOf(exchange, request.query, request.body)
        const prepared =
          prepare && ((await beforeDeadline(request, () => prepare(context))) as never)
        const work = async () => handler(context, prepared as never)
        const lockRecord = locks.get(operation.url)
        const record = {
          read: async () => await readers.get(operation.url)?.(exchange),
          lock: lockRecord && (() => lockRecord(request.params as never)),
        }
        return await beforeDeadline(request, async () => {
          try {
            return await conventions.answer(operation, exchange, work, record)
          } finally {
            await file?.release()
          }
        })
      },
    })
  }

  /** What is done with each answer of an operation, errors included. */
  function beforeSending(operation: Operation): onSendAsyncHookHandler[] {
    const deprecations: readonly Deprecation[] = operation.deprecations
    const hooks: onSendAsyncHookHandler[] = []
    if (operation.audit) {
      hooks.push(async (request, reply) => {
        const { caller } = request
        await conventions.audit.refused(operation, { request, reply, caller })
      })
    }
    if (deprecations.length > 0) {
      hooks.push(async (request, reply) => announceDeprecation(deprecations, request, reply))
    }
    return hooks
  }

  const handle: Handle = (
    operation: Operation,
    first: (context: never, prepared: never) => unknown,
    second?: (context: never, prepared: never) => unknown,
  ) =>
    second === undefined
      ? register(operation, first)
      : register(operation, second, first as (context: never) => Promise<unknown>)

  const handleAhead: HandleAhead = (operation, look, handler) => {
    looks.set(operation.operationId, look)
    register(operation, (context: Parameters<typeof handler>[0]) =>
      handler(context, context.request.ahead as Parameters<typeof handler>[1]),
    )
  }

  const handleFile: HandleFile = (operation, receive, handler) =>
    register(
      operation,
      (context: Parameters<typeof handler>[0]) =>
        handler(context, context.body as Parameters<typeof handler>[1]),
      undefined,
      ({ request }, context) => receive(context, fileBody(request.body)),
    )

  return {
    handle,
    handleAhead,
    handleFile,
    lockBefore: ({ url }, lock) => void locks.set(url, lock),
    assertComplete() {
      const all = Object.values(operations)
      const missing = all.filter(({ operationId }) => !handled.has(operationId))
      if (missing.length > 0) {
        throw new StartupError(
          `The OpenAPI document has operations without a handler: ${idsOf(missing)}.`,
        )
      }
      const unreadable = all.filter(({ conditional, url }) => conditional && !readers.has(url))
      if (unreadable.length > 0) {
        throw new StartupError(
          `These operations take If-Match but have no GET at their path: ${idsOf(unreadable)}.`,
        )
      }
    },
  }
}

/** Whether an operation answers with server-sent events. */
function sendsEvents({ schema }: Operation): boolean {
  const { 200: success } = schema.response as { readonly 200?: object }
  const content = success && 'content' in success ? (success.content as object) : {}
  return 'text/event-stream' in content
}

const idsOf = (list: readonly Operation[]) => list.map(({ operationId }) => operationId).join(', ')

/** Refuses routes that are not in the OpenAPI document. Install before adding routes. */
export function refuseUndocumentedRoutes(
  app: FastifyInstance,
  isAllowed: (url: string) => boolean,
): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.operationId === undefined && !isAllowed(url)) {
      throw new StartupError(`The route ${String(method)} ${url} is not in the OpenAPI document.`)
    }
  })
}
