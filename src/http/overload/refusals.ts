import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AppError, overloaded, stopping } from '../../errors.ts'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { problemBody } from '../problem.ts'
import { requestId } from '../request-id.ts'

const SLOT_MS = 100
/** Refusals that are answered at once in each slot of time: a tenth of what the process can do or so. */
const MAX_PROMPT = 400
const HOLD_MS = 200
/** Refusals that are held back at once. */
const MAX_HELD = 1_000
const LOG_EVERY_MS = 1_000

/** Stands for the id of a request. */
const REQUEST_ID = '{request_id}'

const refused = new WeakSet<FastifyRequest>()

/** Whether a request was refused before anything was done for it. There may be too many of these to log each. */
export const wasRefused = (request: FastifyRequest): boolean => refused.has(request)

function answerByFastify(request: FastifyRequest, reply: FastifyReply, error: AppError): void {
  if (reply.raw.destroyed) return
  reply
    .code(error.status)
    .headers({ ...error.options.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemBody(error, request.id))
}

/** Answers by Node.js alone with what was made ready before: there may be thousands of these a second. */
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
 * Answers refused requests. Clients that ask again at once would keep the process busy with nothing but
 * refusals: past so many in a tenth of a second, an answer is held back for a fifth of a second, until too many are.
 */
export function createRefusals(metrics: Metrics, log: Log) {
  const answerByNode = createAnswerByNode(overloaded())
  let prompt = 0
  let held = 0
  let slotEnd = 0
  let nextLog = 0

  /** Whether the slot has room for another answer. Says once a second that requests are refused. */
  function isPrompt(reason: string): boolean {
    const now = performance.now()
    if (now >= nextLog) {
      nextLog = now + LOG_EVERY_MS
      log.warn({ reason }, 'requests are refused')
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
    if (isPrompt(reason) || held >= MAX_HELD) {
      answer()
      return
    }
    held += 1
    setTimeout(() => {
      held -= 1
      answer()
    }, HOLD_MS)
  }

  return {
    /** Refuses what Fastify has begun; `reason` is for the metrics. */
    refuse(request: FastifyRequest, reply: FastifyReply, reason: string): void {
      refused.add(request)
      const error = reason === 'stopping' ? stopping() : overloaded()
      pace(reason, () => answerByFastify(request, reply, error))
    },

    /** Refuses, as `full`, what Fastify has not seen. */
    refuseUnseen(request: IncomingMessage, response: ServerResponse): void {
      pace('full', () => {
        answerByNode(request, response)
        metrics.requests.observe({ operation: 'none', status: '503' }, 0)
      })
    },
  }
}
