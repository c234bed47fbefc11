import type { FastifyReply, FastifyRequest } from 'fastify'
import { Represented } from '../../lib/answers/ready-answer.ts'

/**
 * A text that stays the same while the process runs. It is made at its first request.
 *
 * @returns what sets the headers of an answer, and gives its body
 */
export function createStaticText(make: () => string) {
  let made: Represented | undefined
  return (request: FastifyRequest, reply: FastifyReply, contentType: string): Buffer => {
    made ??= new Represented(make())
    reply.type(contentType).header('vary', 'accept-encoding')
    const isPacked = request.headers['accept-encoding'] === 'gzip'
    if (isPacked) reply.header('content-encoding', 'gzip')
    const { bytes, etag } = isPacked ? made.gzip : made.identity
    reply.header('etag', etag)
    return bytes
  }
}
