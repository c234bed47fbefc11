import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/client.ts'
import type { FieldCrypto } from '../lib/crypto.ts'
import type { Caller } from './auth.ts'
import { etagOf, namesETag } from './etag.ts'
import { createAnswerOnce } from './idempotency.ts'
import { onlyIfMatches } from './preconditions.ts'

/** What the OpenAPI document says of an operation that is kept here for all. */
export interface ConventionalOperation {
  readonly operationId: string
  readonly method: string
  readonly successStatus: number
  /** Takes `Idempotency-Key`. */
  readonly idempotent: boolean
  /** Takes `If-Match`. */
  readonly conditional: boolean
  /** Answers with an `ETag`, and 304 to an `If-None-Match` that names it. */
  readonly etag: boolean
  /** Where the answer wraps the record: the field that holds it. */
  readonly resource: string | null
}

/** A request under way. */
export interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly caller: Caller | undefined
}

export type Conventions = ReturnType<typeof createConventions>

type Work = () => Promise<unknown>

/** Headers that belong to an answer and come again with it. */
const REPLAYED_HEADERS = ['location', 'etag', 'cache-control']

/** Puts the record's `ETag` on an answer. @returns the body, or the reply with 304 */
function sendETag(
  { method, successStatus, resource }: ConventionalOperation,
  { request, reply }: Exchange,
  body: unknown,
): unknown {
  // A creating operation that created nothing has no record to name.
  if (reply.statusCode !== successStatus) return body
  const etag = etagOf(resource === null ? body : (body as Record<string, unknown>)[resource])
  reply.header('etag', etag)
  if (method !== 'GET') return body
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache')
  const known = request.headers['if-none-match']
  if (known === undefined || !namesETag(known, etag, true)) return body
  return reply.code(304).send()
}

/** Makes what handlers need not know of: safe retries, preconditions and entity tags. */
export function createConventions(deps: {
  readonly database: Database
  readonly crypto: FieldCrypto
}) {
  const answerOnce = createAnswerOnce(deps)

  async function once(
    { operationId }: ConventionalOperation,
    { request, reply, caller }: Exchange,
    key: string,
    work: Work,
  ): Promise<unknown> {
    const { params, query, body } = request
    const sent = {
      callerId: caller?.id,
      caller: caller === undefined ? `address:${request.ip}` : `account:${caller.id}`,
      key,
      content: { operationId, params, query, body },
    }
    const answer = await answerOnce(sent, async () => {
      const result = await work()
      const headers = REPLAYED_HEADERS.flatMap((name) => {
        const value = reply.getHeader(name)
        return value === undefined ? [] : [[name, String(value)] as const]
      })
      return { status: reply.statusCode, headers: Object.fromEntries(headers), body: result }
    })
    reply.code(answer.status).headers(answer.headers)
    if (answer.replayed) reply.header('idempotency-replayed', 'true')
    return answer.body
  }

  return {
    /**
     * Answers a request as its operation promises.
     *
     * @param work the operation's handler
     * @param read the handler of GET at the same path, for what `If-Match` is compared with
     */
    async answer(
      operation: ConventionalOperation,
      exchange: Exchange,
      work: Work,
      read: Work,
    ): Promise<unknown> {
      const { 'idempotency-key': key, 'if-match': ifMatch } = exchange.request.headers
      const signed = async () => {
        const body = await work()
        return operation.etag ? sendETag(operation, exchange, body) : body
      }
      if (operation.idempotent && typeof key === 'string') {
        return await once(operation, exchange, key, signed)
      }
      if (operation.conditional && ifMatch !== undefined) {
        return await onlyIfMatches(deps.database, ifMatch, read, signed)
      }
      return await signed()
    },
  }
}
