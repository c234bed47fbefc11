import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AppError, overloaded, stopping } from '../errors.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { problemBody } from './problem.ts'
import { requestId } from './request-id.ts'

const SLOT_MS = 100
/** Refusals that are answered at once in each slot of time: a tenth of what the process can do or so. */
const MAX_PROMPT = 400
const HOLD_MS = 200
/** Refusals that are held back at once. */
const MAX_HELD = 1_000
const LOG_EVERY_MS = 1_000

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

function answerByNode(request: IncomingMessage, response: ServerResponse, error: AppError): void {
  if (response.destroyed) return
  const id = requestId(request)
  const body = JSON.stringify(problemBody(error, id))
  response
    .writeHead(error.status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
      'x-request-id': id,
      'x-content-type-options': 'nosniff',
      ...error.options.headers,
    })
    .end(body)
}

export type Refusals = ReturnType<typeof createRefusals>

/**
 * Answers refused requests. Clients that ask again at once would keep the process busy with nothing but
 * refusals: past so many in a tenth of a second, an answer is held back for a second, until too many are.
 */
export function createRefusals(metrics: Metrics, log: Log) {
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

  function pace(reason: string, answer: (error: AppError) => void): void {
    metrics.requestsShed.inc({ reason })
    const error = reason === 'stopping' ? stopping() : overloaded()
    if (isPrompt(reason) || held >= MAX_HELD) {
      answer(error)
      return
    }
    held += 1
    setTimeout(() => {
      held -= 1
      answer(error)
    }, HOLD_MS)
  }

  return {
    /** Refuses what Fastify has begun; `reason` is for the metrics. */
    refuse(request: FastifyRequest, reply: FastifyReply, reason: string): void {
      refused.add(request)
      pace(reason, (error) => answerByFastify(request, reply, error))
    },

    /** Refuses what Fastify has not seen, for a quarter of the time. */
    refuseUnseen(request: IncomingMessage, response: ServerResponse, reason: string): void {
      pace(reason, (error) => {
        answerByNode(request, response, error)
        metrics.requests.observe({ operation: 'none', status: String(error.status) }, 0)
      })
    },
  }
}
