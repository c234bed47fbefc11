import type { FastifyRequest } from 'fastify'
import { networkOf } from './rate-limit.ts'

/** Where a request comes from. */
export interface Client {
  readonly address: string
  /** The address, or the /64 that one machine owns. */
  readonly network: string
  /** The User-Agent header. */
  readonly userAgent: string | undefined
}

/** Where a request comes from, as far as its proxies are trusted. */
export const clientOf = (request: FastifyRequest): Client => ({
  address: request.ip,
  network: networkOf(request),
  userAgent: request.headers['user-agent'],
})
