import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AppError, overloaded, stopping } from '../errors.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { problemBody } from './problem.ts'

const SECOND_MS = 1_000
/** Refusals a second that are answered at once. */
const MAX_PROMPT = 100
/** Refusals that are held back at once. */
const MAX_HELD = 2_000

const refused = new WeakSet<FastifyRequest>()

/** Whether a request was refused before anything was done for it. There may be too many of these to log each. */
export const wasRefused = (request: FastifyRequest): boolean => refused.has(request)

/** Answers a refused request; `reason` is for the metrics. */
export type Refuse = (request: FastifyRequest, reply: FastifyReply, reason: string) => void

/**
 * Answers refused requests. Clients that ask again at once would keep the process busy with nothing but
 * refusals: past so many a second, an answer is held back for a second, until too many are.
 */
export function createRefusals(metrics: Metrics, log: Log): Refuse {
  let prompt = 0
  let held = 0
  let second: NodeJS.Timeout | undefined

  function answer(request: FastifyRequest, reply: FastifyReply, error: AppError): void {
    if (reply.raw.destroyed) return
    reply
      .code(error.status)
      .headers({ ...error.options.headers })
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send(problemBody(error, request.id))
  }

  /** Counts by the second, and says once a second that requests are refused. */
  function startSecond(reason: string): void {
    prompt = 0
    log.warn({ reason }, 'requests are refused')
    second = setTimeout(() => {
      second = undefined
    }, SECOND_MS)
    second.unref()
  }

  return (request, reply, reason) => {
    refused.add(request)
    metrics.requestsShed.inc({ reason })
    const error = reason === 'stopping' ? stopping() : overloaded()
    if (second === undefined) startSecond(reason)
    prompt += 1
    if (prompt <= MAX_PROMPT || held >= MAX_HELD) {
      answer(request, reply, error)
      return
    }
    held += 1
    setTimeout(() => {
      held -= 1
      answer(request, reply, error)
    }, SECOND_MS)
  }
}
