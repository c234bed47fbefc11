import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/client.ts'
import { overloaded } from '../errors.ts'
import { ReadyAnswer } from '../lib/answers/ready-answer.ts'
import type { FieldCrypto } from '../lib/crypto.ts'
import type { Log } from '../lib/log.ts'
import { type AuditedOperation, createAudit } from './audit/audit.ts'
import type { Caller } from './auth.ts'
import { etagOf, namesETag } from './conditional/etag.ts'
import { type ConditionalRecord, onlyIf } from './conditional/preconditions.ts'
import { sendReady } from './conditional/send-ready.ts'
import { createAnswerOnce } from './idempotency.ts'

/**
 * The parts of an operation's OpenAPI description that this module implements for all operations.
 */
export interface ConventionalOperation extends AuditedOperation {
  readonly operationId: string
  readonly method: string
  readonly successStatus: number
  /** Accepts `Idempotency-Key`. */
  readonly idempotent: boolean
  /** Accepts `If-Match`. */
  readonly conditional: boolean
  /** Sends an `ETag`, and answers 304 to an `If-None-Match` that contains it. */
  readonly etag: boolean
  /** The response field that holds the record; null if the response is the record itself. */
  readonly resource: string | null
}

export interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly caller: Caller | undefined
}

export type Conventions = ReturnType<typeof createConventions>

type Work = () => Promise<unknown>

const MIN_ERROR_STATUS = 400

/** Response headers that are stored with an answer and replayed with it. */
const REPLAYED_HEADERS = ['location', 'etag', 'cache-control']

/**
 * Sets the record's `ETag`, unless the handler did.
 *
 * @returns the payload: the body, or nothing with 304
 */
function sendETag(
  { method, successStatus, resource }: ConventionalOperation,
  { request, reply }: Exchange,
  body: unknown,
): unknown {
  // A creating operation that created nothing has no record to tag.
  if (reply.statusCode !== successStatus) return body
  const record = () => (resource === null ? body : (body as Record<string, unknown>)[resource])
  const etag = reply.getHeader('etag')?.toString() ?? etagOf(record())
  reply.header('etag', etag)
  if (method !== 'GET') return body
  const known = request.headers['if-none-match']
  if (known === undefined || !namesETag(known, etag, true)) return body
  reply.code(304)
  return undefined
}

/** Whether an operation changes nothing and leaves no audit entry. */
const isPlain = ({ idempotent, conditional, audit }: ConventionalOperation) =>
  !idempotent && !conditional && audit === null

/** Wraps handlers with safe retries, preconditions, entity tags and audit entries. */
export function createConventions(deps: {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly log: Log
}) {
  const answerOnce = createAnswerOnce(deps)
  const audit = createAudit(deps)

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
      // The request was refused meanwhile, for its deadline: a retry begins anew.
      if (reply.statusCode >= MIN_ERROR_STATUS) throw overloaded()
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
    audit,

    /**
     * Answers a request as its operation promises.
     *
     * @param work the operation's handler
     * @param record preconditions are compared with it
     */
    async answer(
      operation: ConventionalOperation,
      exchange: Exchange,
      work: Work,
      record: ConditionalRecord,
    ): Promise<unknown> {
      const workWithETag = async () => {
        const body = await work()
        if (body instanceof ReadyAnswer) return sendReady(exchange.request, exchange.reply, body)
        return operation.etag ? sendETag(operation, exchange, body) : body
      }
      if (isPlain(operation)) return await workWithETag()
      const { headers } = exchange.request
      const { 'idempotency-key': key, 'if-match': ifMatch } = headers
      const { 'if-none-match': ifNoneMatch } = headers
      const audited = (begin: 'unit' | 'joined') =>
        audit.recording(operation, exchange, workWithETag, begin)
      if (operation.idempotent && typeof key === 'string') {
        return await once(operation, exchange, key, () => audited('joined'))
      }
      if (operation.conditional && (ifMatch ?? ifNoneMatch) !== undefined) {
        const work = () => audited('joined')
        return await onlyIf(deps.database, { ifMatch, ifNoneMatch }, record, work)
      }
      return await audited('unit')
    },
  }
}
