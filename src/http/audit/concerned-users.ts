import type { FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom it is about, where neither path nor answer says so. */
    concernedUsers?: Set<number> | undefined
  }
}

/**
 * Tells the audit entry of a request whom it is about, where neither path nor answer says so. Several users get an
 * entry each.
 */
export type Concerns = (id: number | bigint | undefined) => void

/** For services, which know no request. */
export const concernsOf =
  (request: FastifyRequest): Concerns =>
  (id) => {
    if (id === undefined) return
    request.concernedUsers ??= new Set()
    request.concernedUsers.add(Number(id))
  }
