import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { isArriving } from '../body/unread-body.ts'
import { onAnswerOver } from '../connections/answer-over.ts'
import { type Admission, createAdmission } from './admission.ts'
import { isSurelyRequest, type Kind, kindOf } from './gate-kinds.ts'
import { watchPressure } from './pressure.ts'
import { createRefusals } from './refusals.ts'

/** Longer than it takes to find out whether the database answers, in milliseconds. */
const MAX_WAIT_MS = 3_000
/** A permit waits this long for its body, in milliseconds; most arrive with their request. */
const BODY_PATIENCE_MS = 50
/** How many late bodies may be arriving at once. */
const MAX_LATE_BODIES = 1_000

/** How much work a process accepts at once; what is left out is unlimited. */
export interface GateLimits {
  readonly maxRequests?: number
  readonly maxStreams?: number
  /** How long a request may wait for admission, in milliseconds; default 3 s. */
  readonly maxWaitMs?: number
  /** In MiB; default: nine tenths of the available memory. */
  readonly maxMemoryMb?: number | undefined
}

interface GateOptions extends GateLimits {
  readonly metrics: Metrics
  readonly log: Log
}

/** A request's permit to be under way. */
interface Permit {
  readonly kind: Kind
  readonly admission: Admission
  /** Held, returned while a late body arrives, or returned for good. */
  state: 'inside' | 'late' | 'left'
  /** Returns the permit when the body is late. */
  bodyTimer?: NodeJS.Timeout
  /** Whether the request's handler is running. */
  isHandling: boolean
  /** Whether the answer is sent, or nobody waits for it any more. */
  isOver: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    permit?: Permit
    /** How long it waited for admission, in milliseconds. */
    waited?: number
  }
}

/** How long a request waited for admission, in milliseconds. */
export const waitOf = (request: { readonly waited?: number }): number => request.waited ?? 0

export type Gate = ReturnType<typeof createGate>

/**
 * Admits no more requests than can be answered soon, and refuses the others with 503 before any
 * work is done. A permit is held until the work is done, even if the client has gone: that work
 * still occupies the database. It is not held while a late body arrives, which may take a minute.
 */
export function createGate(options: GateOptions) {
  const { maxRequests = Infinity, maxStreams = Infinity, maxMemoryMb, metrics, log } = options
  const { maxWaitMs = MAX_WAIT_MS } = options
  const refusals = createRefusals(metrics, log)
  let isPressed = () => false
  let lateBodies = 0

  function createKindAdmission(kind: Kind, bound: number): Admission {
    const gauge = metrics.requestsUnderWay.labels(kind)
    gauge.set(0)
    return createAdmission(
      bound,
      maxWaitMs,
      () => isPressed(),
      (count) => gauge.set(count),
    )
  }
  const admissions = {
    request: createKindAdmission('request', maxRequests),
    stream: createKindAdmission('stream', maxStreams),
  }

  function leave(permit: Permit): void {
    const { state, admission } = permit
    permit.state = 'left'
    clearTimeout(permit.bodyTimer)
    if (state === 'late') lateBodies -= 1
    if (state === 'inside') admission.leave()
  }

  /** An unanswered request ends with its connection, unless its handler is still running. */
  function end(permit: Permit): void {
    permit.isOver = true
    if (!permit.isHandling) leave(permit)
  }

  function grant(kind: Kind, request: FastifyRequest, reply: FastifyReply): void {
    const permit: Permit = {
      kind,
      admission: admissions[kind],
      state: 'inside',
      isHandling: false,
      isOver: false,
    }
    request.permit = permit
    if (kind === 'stream') onAnswerOver(request, reply, () => end(permit))
    else reply.raw.once('close', () => end(permit))
  }

  function addHooks(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, done) => {
      const kind = kindOf(request)
      if (kind === undefined) return done()
      admissions[kind].enter({
        admit(waited) {
          request.waited = waited
          grant(kind, request, reply)
          done()
        },
        refuse: (reason) => refusals.refuse(request, reply, reason),
        isGone: () => reply.raw.destroyed,
      })
    })

    app.addHook('preParsing', (request, reply, payload, done) => {
      const { permit } = request
      if (permit?.kind !== 'request' || permit.state !== 'inside' || !isArriving(request.raw)) {
        return done(null, payload)
      }
      if (lateBodies >= MAX_LATE_BODIES) return refusals.refuse(request, reply, 'bodies')
      permit.bodyTimer = setTimeout(() => {
        lateBodies += 1
        permit.state = 'late'
        permit.admission.leave()
      }, BODY_PATIENCE_MS)
      done(null, payload)
    })

    app.addHook('preValidation', (request, _reply, done) => {
      const { permit } = request
      clearTimeout(permit?.bodyTimer)
      if (permit?.state === 'late') {
        lateBodies -= 1
        permit.state = 'inside'
        permit.admission.resume()
      }
      done()
    })

    app.addHook('onRoute', (route) => {
      if (route.config?.operationId === undefined) return
      const { handler } = route
      route.handler = function work(request, reply) {
        const { permit } = request
        const work = handler.call(this, request, reply)
        if (permit === undefined || !(work instanceof Promise)) return work
        permit.isHandling = true
        const end = () => {
          permit.isHandling = false
          if (permit.kind === 'request' || permit.isOver) leave(permit)
        }
        work.then(end, end)
        return work
      }
    })

    app.addHook('onSend', (request, _reply, payload, done) => {
      const { permit } = request
      if (permit?.kind === 'request' && !permit.isHandling) leave(permit)
      done(null, payload)
    })

    app.addHook('preClose', async () => {
      for (const admission of Object.values(admissions)) admission.close()
    })
  }

  return {
    /**
     * Refuses a request before Fastify sees it, if it would be refused anyway. Early refusal costs
     * a fraction of a late one, and every refusal takes time from admitted requests.
     *
     * @returns whether the request was refused
     */
    turnsAway(request: IncomingMessage, response: ServerResponse): boolean {
      if (!admissions.request.isFull() || !isSurelyRequest(request)) return false
      // The client was told that the connection ends; Fastify's hooks handle this case.
      if (request.socket.writableEnded) return false
      refusals.refuseUnseen(request, response)
      return true
    },

    async install(app: FastifyInstance): Promise<void> {
      await watchPressure(app, maxMemoryMb)
      isPressed = () => app.isUnderPressure()
      addHooks(app)
    },
  }
}
