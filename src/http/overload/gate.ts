import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { hasBody } from '../body/unread-body.ts'
import { type Admission, createAdmission } from './admission.ts'
import { isSurelyRequest, type Kind, kindOf } from './gate-kinds.ts'
import { watchPressure } from './pressure.ts'
import { createRefusals } from './refusals.ts'

/** How long a place is held for a body that has not come yet, in milliseconds: most come with their request. */
const BODY_PATIENCE_MS = 50
/** Late bodies that may be on their way at once. */
const MAX_LATE_BODIES = 1_000
/** How much a process takes on at once; what is not given has no bound of its own. */
export interface GateLimits {
  readonly maxRequests?: number
  readonly maxStreams?: number
  /** In MiB; nine tenths of what there is when not given. */
  readonly maxMemoryMb?: number | undefined
}

interface GateOptions extends GateLimits {
  readonly metrics: Metrics
  readonly log: Log
}

/** A request's place among those under way. */
interface Place {
  readonly kind: Kind
  readonly admission: Admission
  /** Inside, outside while a late body arrives, or given back. */
  state: 'inside' | 'late' | 'left'
  /** Gives the place back when the body is late. */
  bodyTimer?: NodeJS.Timeout
  /** Its handler runs. */
  works: boolean
  /** Its answer is sent, or nobody waits for it any more. */
  isOver: boolean
}

const waits = new WeakMap<object, number>()

/** How long a request waited to be admitted, in milliseconds. */
export const waitOf = (request: object): number => waits.get(request) ?? 0

export type Gate = ReturnType<typeof createGate>

/**
 * Takes on no more requests than can be answered soon, and refuses the others with 503 before anything
 * is done for them. A place is held until the work is done, also when the client has gone: what it asked
 * for still keeps the database busy. It is not held for a body that is late, for that may take a minute.
 */
export function createGate(options: GateOptions) {
  const { maxRequests = Infinity, maxStreams = Infinity, maxMemoryMb, metrics, log } = options
  const refusals = createRefusals(metrics, log)
  const places = new WeakMap<FastifyRequest, Place>()
  let isPressed = () => false
  let lateBodies = 0

  function createKind(kind: Kind, bound: number): Admission {
    const gauge = metrics.requestsUnderWay.labels(kind)
    gauge.set(0)
    return createAdmission(
      bound,
      () => isPressed(),
      (count) => gauge.set(count),
    )
  }
  const admissions = {
    request: createKind('request', maxRequests),
    stream: createKind('stream', maxStreams),
  }

  function leave(place: Place): void {
    const { state, admission } = place
    place.state = 'left'
    clearTimeout(place.bodyTimer)
    if (state === 'late') lateBodies -= 1
    if (state === 'inside') admission.leave()
  }

  /** A request without an answer has ended with its connection, unless its handler still works. */
  function end(place: Place): void {
    place.isOver = true
    if (!place.works) leave(place)
  }

  function take(kind: Kind, request: FastifyRequest, reply: FastifyReply): void {
    const place: Place = {
      kind,
      admission: admissions[kind],
      state: 'inside',
      works: false,
      isOver: false,
    }
    places.set(request, place)
    reply.raw.once('finish', () => end(place)).once('close', () => end(place))
    // The answers of requests that were sent without waiting for the one before hear of no close.
    if (kind === 'stream') request.raw.socket.once('close', () => end(place))
  }

  function addHooks(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, done) => {
      const kind = kindOf(request)
      if (kind === undefined) return done()
      admissions[kind].enter({
        admit(waited) {
          waits.set(request, waited)
          take(kind, request, reply)
          done()
        },
        refuse: (reason) => refusals.refuse(request, reply, reason),
        isGone: () => reply.raw.destroyed,
      })
    })

    app.addHook('preParsing', (request, reply, payload, done) => {
      const place = places.get(request)
      if (place?.kind !== 'request' || place.state !== 'inside' || !hasBody(request.headers)) {
        return done(null, payload)
      }
      if (lateBodies >= MAX_LATE_BODIES) return refusals.refuse(request, reply, 'bodies')
      place.bodyTimer = setTimeout(() => {
        lateBodies += 1
        place.state = 'late'
        place.admission.leave()
      }, BODY_PATIENCE_MS)
      done(null, payload)
    })

    app.addHook('preValidation', (request, _reply, done) => {
      const place = places.get(request)
      clearTimeout(place?.bodyTimer)
      if (place?.state === 'late') {
        lateBodies -= 1
        place.state = 'inside'
        place.admission.resume()
      }
      done()
    })

    app.addHook('onRoute', (route) => {
      if (route.config?.operationId === undefined) return
      const { handler } = route
      route.handler = async function work(request, reply) {
        const place = places.get(request)
        if (place === undefined) return await handler.call(this, request, reply)
        place.works = true
        try {
          return await handler.call(this, request, reply)
        } finally {
          place.works = false
          if (place.kind === 'request' || place.isOver) leave(place)
        }
      }
    })

    app.addHook('onSend', (request, _reply, payload, done) => {
      const place = places.get(request)
      if (place?.kind === 'request' && !place.works) leave(place)
      done(null, payload)
    })

    app.addHook('preClose', async () => {
      for (const admission of Object.values(admissions)) admission.close()
    })
  }

  return {
    /**
     * Refuses a request that Fastify has not seen, where it would be refused anyway. That costs a fraction of what it
     * costs later, and what refusing takes of a process is lost for what it admits.
     *
     * @returns whether it did
     */
    turnsAway(request: IncomingMessage, response: ServerResponse): boolean {
      if (!admissions.request.isFull() || !isSurelyRequest(request)) return false
      // The client was told that the connection ends: that is for Fastify's hooks.
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
