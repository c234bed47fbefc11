import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import type { Bus } from '../lib/children/bus.ts'
import { countAtParent, WINDOW_MS } from '../lib/children/counts.ts'
import type { Log } from '../lib/log.ts'
import { openRedis } from '../lib/redis.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'

/** Operations that invite guessing allow this many times fewer requests. */
const STRICT_DIVISOR = 50

/** The rate limit class of an operation: `x-rate-limit` in the OpenAPI document. */
export type RateLimit = 'normal' | 'strict' | 'none'

/** What a request counts against: an account or else an address, for one operation or for all. */
export interface Counted {
  readonly accountId?: number
  readonly operationId?: string
}

export interface RateLimits {
  /** Whether requests of this class are counted. */
  counts(limit: RateLimit): boolean
  /**
   * Counts a request and sets the rate limit headers. They follow the IETF draft
   * (draft-ietf-httpapi-ratelimit-headers-10) and its early versions, which many clients read.
   *
   * @throws AppError 429 if the minute's requests are used up
   */
  count(
    request: FastifyRequest,
    reply: FastifyReply,
    limit: RateLimit,
    counted: Counted,
  ): Promise<void>
}

declare module 'fastify' {
  interface FastifyInstance {
    rateLimits: RateLimits
  }
  interface FastifyRequest {
    /** Names the requests it is counted with. */
    countedAs?: string
  }
}

interface RateLimitOptions {
  /** Requests per minute; 0 turns counting off. */
  readonly perMinute: number
  /** The Redis in which processes count together; without it each process counts for itself. */
  readonly shared?: SharedRedis | undefined
  /** Reaches the parent in which its children count together where there is no Redis. */
  readonly parent?: Bus | undefined
  readonly log: Log
}

/**
 * The network of a request: its IPv4 address, or the /64 of its IPv6 address, which one machine
 * usually owns.
 */
export const networkOf = ({ ip }: { readonly ip: string }): string => rateLimit.normalizeIP(ip)

const tooMany = (seconds: number) =>
  new AppError(429, 'rate_limited', `Too many requests; try again in ${seconds} seconds`, {
    headers: { 'retry-after': String(seconds) },
  })

/** What the limiter asks of a store that counts. */
function storeAt(parent: Bus) {
  const count = countAtParent(parent)
  return class Store {
    incr(
      key: string,
      done: (error: Error | null, counted?: { current: number; ttl: number }) => void,
    ) {
      count(key).then(
        ([current, ttl]) => done(null, { current, ttl }),
        (error: Error) => done(error),
      )
    }
    child() {
      return this
    }
  }
}

/**
 * Counts requests in windows of a minute, by account or else by address. Requests for unknown
 * paths count by address. If Redis or the parent does not answer, requests are let through.
 */
export async function installRateLimits(
  app: FastifyInstance,
  { perMinute, shared, parent, log }: RateLimitOptions,
): Promise<void> {
  const redis =
    shared === undefined || perMinute === 0 ? undefined : openRedis(shared.url, 'fail-fast', log)
  app.addHook('onClose', async () => redis?.disconnect())
  await app.register(rateLimit, {
    global: false,
    skipOnError: false,
    nameSpace: 'passbook:rate:',
    ...(redis && { redis }),
    ...(parent && !redis && { store: storeAt(parent) }),
  })
  const limiter = (max: number) =>
    app.createRateLimit({
      max,
      timeWindow: WINDOW_MS,
      keyGenerator: (request) => request.countedAs ?? '',
    })
  const limiters = {
    normal: limiter(perMinute),
    strict: limiter(Math.ceil(perMinute / STRICT_DIVISOR)),
  }

  const limits: RateLimits = {
    counts: (limit) => perMinute > 0 && limit !== 'none',
    async count(request, reply, limit, { accountId, operationId = 'all' }) {
      if (perMinute === 0 || limit === 'none') return
      const who = accountId === undefined ? `address:${networkOf(request)}` : `account:${accountId}`
      request.countedAs = `${limit === 'strict' ? operationId : 'all'}:${who}`
      const counting = () => limiters[limit](request)
      const counted = await (shared?.watch.run(counting) ?? counting()).catch(() => undefined)
      // If nobody could count the request, it is let through.
      if (counted === undefined || counted.isAllowed) return
      const { max, remaining, ttlInSeconds } = counted
      reply.headers({
        'ratelimit-policy': `"${limit}";q=${max};w=${WINDOW_MS / 1000}`,
        ratelimit: `"${limit}";r=${remaining};t=${ttlInSeconds}`,
        'ratelimit-limit': String(max),
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': String(ttlInSeconds),
      })
      if (counted.isExceeded) throw tooMany(Math.max(1, ttlInSeconds))
    },
  }
  app.decorate('rateLimits', limits)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    limits.count(request, reply, 'normal', {}).then(() => done(), done)
  })
}
