import { gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { etagOfBytes } from './conditional/etag.ts'

interface Representation {
  readonly bytes: Buffer
  readonly etag: string
}

const represent = (bytes: Buffer): Representation => ({ bytes, etag: etagOfBytes(bytes) })

/**
 * A text that stays the same while the process runs. It is made at its first request, and compressed at the first
 * that asks for it. Text as it is and text as gzip are different bytes, so each has a strong `ETag` of its own.
 *
 * @returns what sets the headers of an answer, and gives its body
 */
export function createStaticText(make: () => string) {
  const made: { identity?: Representation; gzip?: Representation } = {}
  const identity = () => {
    made.identity ??= represent(Buffer.from(make()))
    return made.identity
  }
  const gzip = () => {
    made.gzip ??= represent(gzipSync(identity().bytes))
    return made.gzip
  }
  return (request: FastifyRequest, reply: FastifyReply, contentType: string): Buffer => {
    reply.type(contentType).header('vary', 'accept-encoding')
    const isPacked = request.headers['accept-encoding'] === 'gzip'
    if (isPacked) reply.header('content-encoding', 'gzip')
    const { bytes, etag } = isPacked ? gzip() : identity()
    reply.header('etag', etag)
    return bytes
  }
}
