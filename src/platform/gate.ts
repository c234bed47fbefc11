import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type OperationId, operations } from '../generated/operations.ts'
import { type Admission, createAdmission } from './admission.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { watchPressure } from './pressure.ts'
import { createRefusals } from './refusals.ts'

/** How long a place is held for a body that has not come yet, in milliseconds: most come with their request. */
const BODY_PATIENCE_MS = 50
/** Late bodies that may be on their way at once. */
const MAX_LATE_BODIES = 1_000
/** The share of the bound that is left under pressure: something has to go on for the pressure to end. */
const PRESSED_SHARE = 0.25

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

type Kind = 'request' | 'stream'

/** A request's place among those under way. */
interface Place {
  readonly kind: Kind
  readonly admission: Admission
  /** Since when it works, without the time that its body took. */
  since: number
  /** Inside, outside while a late body arrives, or given back. */
  state: 'inside' | 'late' | 'left'
  /** Gives the place back when the body is late. */
  bodyTimer?: NodeJS.Timeout
  /** Its handler runs. */
  works: boolean
  /** Its answer is sent, or nobody waits for it any more. */
  isOver: boolean
}

/** What is answered however much there is to do. */
const FREE: readonly OperationId[] = ['getLiveness', 'getReadiness', 'getMetrics']

/** What may take as long as a client wants: files and events. */
const STREAMS = new Set<OperationId>(
  Object.values(operations)
    .filter(({ takesFile, schema }) => {
      const { 200: success } = schema.response as { readonly 200?: object }
      return takesFile || (success !== undefined && 'content' in success)
    })
    .map(({ operationId }) => operationId),
)

function kindOf({ routeOptions }: FastifyRequest): Kind | undefined {
  const id = routeOptions.config?.operationId
  if (id === undefined) return 'request'
  if (FREE.includes(id)) return undefined
  return STREAMS.has(id) ? 'stream' : 'request'
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/**
 * Takes on no more requests than can be answered soon, and refuses the others with 503 before anything
 * is done for them. A place is held until the work is done, also when the client has gone: what it asked
 * for still keeps the database busy. It is not held for a body that is late, for that may take a minute.
 */
export async function installGate(app: FastifyInstance, options: GateOptions): Promise<void> {
  const { maxRequests = Infinity, maxStreams = Infinity, maxMemoryMb, metrics, log } = options
  await watchPressure(app, maxMemoryMb)
  const refuse = createRefusals(metrics, log)
  const places = new WeakMap<FastifyRequest, Place>()
  let lateBodies = 0

  function createKind(kind: Kind, bound: number): Admission {
    const gauge = metrics.requestsUnderWay.labels(kind)
    const pressed = Math.ceil(bound * PRESSED_SHARE)
    gauge.set(0)
    return createAdmission(
      () => (app.isUnderPressure() ? pressed : bound),
      (count) => gauge.set(count),
    )
  }
  const admissions = {
    request: createKind('request', maxRequests),
    stream: createKind('stream', maxStreams),
  }

  function leave(place: Place): void {
    const { state, admission, since } = place
    place.state = 'left'
    clearTimeout(place.bodyTimer)
    if (state === 'late') lateBodies -= 1
    if (state === 'inside') admission.leave(performance.now() - since)
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
      since: performance.now(),
      state: 'inside',
      works: false,
      isOver: false,
    }
    places.set(request, place)
    reply.raw.once('finish', () => end(place)).once('close', () => end(place))
    // The answers of requests that were sent without waiting for the one before hear of no close.
    if (kind === 'stream') request.raw.socket.once('close', () => end(place))
  }

  app.addHook('onRequest', (request, reply, done) => {
    const kind = kindOf(request)
    if (kind === undefined) return done()
    admissions[kind].enter({
      admit() {
        take(kind, request, reply)
        done()
      },
      refuse: (reason) => refuse(request, reply, reason),
      isGone: () => reply.raw.destroyed,
    })
  })

  app.addHook('preParsing', (request, reply, payload, done) => {
    const place = places.get(request)
    if (place?.kind !== 'request' || place.state !== 'inside' || !hasBody(request)) {
      return done(null, payload)
    }
    if (lateBodies >= MAX_LATE_BODIES) return refuse(request, reply, 'bodies')
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
      place.since = performance.now()
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
