import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** At most this much of an unwanted body is read and discarded to keep the connection usable. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024
/** The longest time for that. */
const MAX_UNREAD_MS = 10_000

/** Whether the headers announce a body. */
export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/**
 * Whether part of a body may be still to come. That of a small request mostly came with it: by the time it is read it
 * needs no time limit, and no stream of its own, which left 5 kB of each request in the old part of the heap.
 */
export const isArriving = ({ headers, complete }: IncomingMessage): boolean =>
  !complete && hasBody(headers)

/**
 * Reads and discards the rest of a body whose request is already answered: the connection's next
 * request comes after it. A body that is too long or too slow closes the connection.
 */
function discardRest(request: IncomingMessage, milliseconds: number): void {
  const { socket } = request
  const destroySoon = socket.destroySoon
  let left = MAX_UNREAD_BYTES
  const timer = setTimeout(() => socket.destroy(), milliseconds)
  // Node.js closes connections with this method. With unread bytes that sends a reset, and many
  // clients then lose the answer.
  socket.destroySoon = () => socket.end()
  const settle = () => {
    clearTimeout(timer)
    socket.off('close', settle)
    socket.destroySoon = destroySoon
    if (socket.writableEnded) socket.destroySoon()
  }
  socket.once('close', settle)
  request.once('end', settle)
  request.unpipe()
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  request.resume()
}

/**
 * Keeps an unread body from blocking its connection, or from being sent forever.
 *
 * @param milliseconds how long a body may take
 */
export function installUnreadBodies(app: FastifyInstance, milliseconds: number): void {
  const maxMs = Math.min(milliseconds, MAX_UNREAD_MS)
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request.headers)) return
    // Must run before Node.js checks whether anybody reads the body.
    response.prependOnceListener('finish', () => {
      if (!request.complete) discardRest(request, maxMs)
    })
  })
  app.addHook('onRequest', (request, reply, done) => {
    // The client was told that the connection ends, so nobody would see the answer to this request.
    if (request.socket.writableEnded) reply.hijack()
    else done()
  })
  app.addHook('onSend', ({ raw, headers }, reply, _payload, done) => {
    const length = Number(headers['content-length'] ?? 0)
    if (length > MAX_UNREAD_BYTES && !raw.complete) reply.header('connection', 'close')
    done()
  })
}
