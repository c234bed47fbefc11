import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { StartupError } from '../errors.ts'
import { type OperationId, operations } from '../generated/operations.ts'
import { authenticate, type Caller, type FindCaller } from './auth.ts'

type Operation = (typeof operations)[OperationId]
type Part<O extends Operation, Name extends string> =
  O['schema'] extends Readonly<Record<Name, infer S extends TSchema>> ? Static<S> : undefined
type Responses<O extends Operation> = O['schema']['response']
type SuccessStatus = 200 | 201 | 202 | 204
type Success<O extends Operation> = {
  [Status in keyof Responses<O>]: Status extends SuccessStatus
    ? Static<Responses<O>[Status] & TSchema>
    : never
}[keyof Responses<O>]

/** What a handler is given: every part of the request checked, and who asks. */
export interface Context<O extends Operation> {
  readonly params: Part<O, 'params'>
  readonly query: Part<O, 'querystring'>
  readonly body: Part<O, 'body'>
  readonly headers: Part<O, 'headers'>
  readonly caller: O['public'] extends true ? undefined : Caller
  readonly requestId: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Registers the handler of an operation. The constant says method, path, schemas and who may call. */
export type Handle = <O extends Operation>(
  operation: O,
  handler: (context: Context<O>) => Promise<Success<O>> | Success<O>,
) => void

declare module 'fastify' {
  interface FastifyContextConfig {
    operationId?: OperationId
  }
}

export interface Router {
  readonly handle: Handle
  /** @throws StartupError naming the operations that no handler was registered for */
  assertComplete(): void
}

/** Turns operations into routes of an app. Who calls is settled before a body is read. */
export function createRouter(app: FastifyInstance, findCaller: FindCaller): Router {
  const handled = new Set<OperationId>()
  const callers = new WeakMap<FastifyRequest, Caller>()

  function handle<O extends Operation>(
    operation: O,
    handler: (context: Context<O>) => Promise<Success<O>> | Success<O>,
  ): void {
    handled.add(operation.operationId)
    app.route({
      method: operation.method,
      url: operation.url,
      schema: operation.schema as FastifySchema,
      config: { operationId: operation.operationId },
      onRequest: async (request) => {
        if (operation.public) return
        callers.set(request, await authenticate(request, operation.roles, findCaller))
      },
      handler: async (request, reply) => {
        reply.code(operation.successStatus)
        const { params, query, body, headers } = request
        const caller = callers.get(request)
        const requestId = request.id
        return await handler({
          ...{ params, query, body, headers, caller, requestId, request, reply },
        } as Context<O>)
      },
    })
  }

  return {
    handle,
    assertComplete() {
      const missing = Object.keys(operations).filter((id) => !handled.has(id as OperationId))
      if (missing.length > 0) {
        throw new StartupError(
          `The OpenAPI document has operations without a handler: ${missing.join(', ')}.`,
        )
      }
    },
  }
}

/** Refuses a route that is not an operation of the OpenAPI document. Install before any route. */
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
