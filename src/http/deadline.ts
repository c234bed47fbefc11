import type { FastifyRequest } from 'fastify'
import { overloaded } from '../errors.ts'
import { afterOwnTime, MAX_TURN_MS } from '../lib/own-time.ts'

/**
 * The time budget of a request, in milliseconds this process was running. Callers are promised an
 * answer within 5 s.
 */
const MAX_REQUEST_MS = 4_500

declare module 'fastify' {
  interface FastifyRequest {
    /** The milliseconds that it has left. */
    timeLeft?: number
  }
}

type Timed = Pick<FastifyRequest, 'timeLeft' | 'waited'>

/**
 * Runs one part of a request's work within the time the request has left.
 *
 * @throws AppError 503 `overloaded` when that time is used up
 */
export type BeforeDeadline = <T>(request: Timed, work: () => Promise<T>) => Promise<T>

/**
 * Bounds the total time of all parts of a request. The time a client takes to send its body does
 * not count. Late work keeps running, since not all of it can be cancelled, but its result is
 * ignored.
 *
 * @param spentBefore the time a request has already used before its first part
 */
export function createDeadlines(
  milliseconds = MAX_REQUEST_MS,
  spentBefore: (request: Timed) => number = () => 0,
): BeforeDeadline {
  return <T>(request: Timed, work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const budget = request.timeLeft ?? milliseconds - spentBefore(request)
      const giveUp = () => {
        request.timeLeft = 0
        reject(overloaded())
      }
      const timer = afterOwnTime(Math.max(0, budget), giveUp, MAX_TURN_MS)
      const stop = () => {
        request.timeLeft = timer.stop()
      }
      // Work that fails after its request was answered is no unhandled rejection.
      work().then(
        (result) => {
          stop()
          resolve(result)
        },
        (error) => {
          stop()
          reject(error)
        },
      )
    })
}
