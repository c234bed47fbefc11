import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { methodNotAllowed } from '../errors.ts'
import type { OperationId, operations } from '../generated/operations.ts'
import { assertAllowed, authenticate, type Caller, type FindCaller } from './auth.ts'
import { methodsOfLiteral } from './literal-paths.ts'
import { createOpenStreams } from './open-streams.ts'
import { kindOf } from './overload/gate-kinds.ts'

/**
 * Creates what lets a request in, before its body is read: it finds and checks the caller. Requests are counted by account,
 * or by address if there is no valid account.
 */
export function createAdmit(app: FastifyInstance, findCaller: FindCaller) {
  const openStreams = createOpenStreams(findCaller)

  /** @throws AppError 401, 403, 405, 429 */
  return async (
    operation: (typeof operations)[OperationId],
    request: FastifyRequest,
    reply: FastifyReply,
    lookAhead?: () => void,
  ): Promise<void> => {
    const { operationId, rateLimit, method } = operation
    const count = (accountId?: number) =>
      app.rateLimits.count(request, reply, rateLimit, {
        operationId,
        ...(accountId !== undefined && { accountId }),
      })
    const methods = methodsOfLiteral(request.url) ?? [method]
    if (!methods.includes(method)) {
      await count()
      throw methodNotAllowed(request.method, methods)
    }
    if (operation.public) return await count()
    // Whatever is answered is this caller's, errors too. Handlers may be stricter.
    reply.header('cache-control', 'private, no-cache')
    let caller: Caller
    try {
      caller = await authenticate(request, findCaller, lookAhead)
    } catch (error) {
      await count()
      throw error
    }
    request.caller = caller
    if (app.rateLimits.counts(rateLimit)) await count(caller.id)
    assertAllowed(caller, operation)
    if (kindOf(request) === 'stream') openStreams.open(request, reply, caller, operation)
  }
}
