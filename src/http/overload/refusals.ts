import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AppError, overloaded, stopping } from '../../errors.ts'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { problemBody } from '../problem.ts'
import { requestId } from '../request-id.ts'

const SLOT_MS = 100
/** Refusals answered at once per time slot, about a tenth of what a process can send. */
const MAX_PROMPT = 400
const DELAY_MS = 200
/** How many refusals may be delayed at once. */
const MAX_DELAYED = 1_000
const LOG_INTERVAL_MS = 1_000

/** Placeholder for the request id. */
const REQUEST_ID = '{request_id}'

declare module 'fastify' {
  interface FastifyRequest {
    /** Before any work was done. There may be too many to log each one. */
    wasRefused?: boolean
  }
}

function answerByFastify(request: FastifyRequest, reply: FastifyReply, error: AppError): void {
  if (reply.raw.destroyed) return
  reply
    .code(error.status)
    .headers({ ...error.options.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemBody(error, request.id))
}

/**
 * Answers through Node.js alone from a prepared body: there may be thousands of refusals a second.
 */
function createAnswerByNode(error: AppError) {
  const [before, after] = JSON.stringify(problemBody(error, REQUEST_ID)).split(REQUEST_ID)
  const headers = Object.entries({
    'content-type': 'application/problem+json',
    'x-content-type-options': 'nosniff',
    ...error.options.headers,
  }).flat()
  return (request: IncomingMessage, response: ServerResponse) => {
    if (response.destroyed) return
    const id = requestId(request)
    const body = before + JSON.stringify(id).slice(1, -1) + after
    response
      .writeHead(error.status, [
        ...headers,
        'content-length',
        String(Buffer.byteLength(body)),
        'x-request-id',
        id,
      ])
      .end(body)
  }
}

export type Refusals = ReturnType<typeof createRefusals>

/**
 * Answers refused requests. Clients that retry at once would keep the process busy with refusals
 * alone. After `MAX_PROMPT` refusals in a tenth of a second, an answer is delayed by a fifth of a
 * second. Once `MAX_DELAYED` answers are delayed, further ones are sent at once.
 */
export function createRefusals(metrics: Metrics, log: Log) {
  const answerByNode = createAnswerByNode(overloaded())
  let prompt = 0
  let delayed = 0
  let slotEnd = 0
  let nextLog = 0

  /**
   * Whether the time slot has room for another answer. Logs once a second that requests are
   * refused.
   */
  function isPrompt(reason: string): boolean {
    const now = performance.now()
    if (now >= nextLog) {
      nextLog = now + LOG_INTERVAL_MS
      log.warn({ reason }, 'refusing requests')
    }
    if (now >= slotEnd) {
      slotEnd = now + SLOT_MS
      prompt = 0
    }
    prompt += 1
    return prompt <= MAX_PROMPT
  }

  function pace(reason: string, answer: () => void): void {
    metrics.requestsShed.inc({ reason })
    if (isPrompt(reason) || delayed >= MAX_DELAYED) {
      answer()
      return
    }
    delayed += 1
    setTimeout(() => {
      delayed -= 1
      answer()
    }, DELAY_MS)
  }

  return {
    /** Refuses a request that Fastify already handles; `reason` is the metric's label. */
    refuse(request: FastifyRequest, reply: FastifyReply, reason: string): void {
      request.wasRefused = true
      const error = reason === 'stopping' ? stopping() : overloaded()
      pace(reason, () => answerByFastify(request, reply, error))
    },

    /** Refuses a request, as `full`, before Fastify sees it. */
    refuseUnseen(request: IncomingMessage, response: ServerResponse): void {
      pace('full', () => {
        answerByNode(request, response)
        metrics.requests.observe('none', 503, 0)
      })
    },
  }
}
