import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** So many bytes of a body that nobody wants are taken, so that the connection can go on. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024
/** So long they may take. */
const MAX_UNREAD_MS = 10_000

/** Whether a request says that it has a body. */
export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/**
 * Takes what is still sent of a body whose request is being answered, and throws it away: the next request of the
 * connection stands behind it. One that is too long, or too slow, ends the connection.
 */
function discardRest(request: IncomingMessage, milliseconds: number): void {
  const { socket } = request
  const close = socket.destroySoon
  let left = MAX_UNREAD_BYTES
  const timer = setTimeout(() => socket.destroy(), milliseconds)
  // Node.js closes connections by this. With bytes unread that is a reset, which costs many clients the answer.
  socket.destroySoon = () => socket.end()
  const settle = () => {
    clearTimeout(timer)
    socket.off('close', settle)
    socket.destroySoon = close
    if (socket.writableEnded) socket.destroySoon()
  }
  socket.once('close', settle)
  request.once('end', settle)
  request.unpipe()
  request.on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) socket.destroy()
  })
  request.resume()
}

/**
 * Lets no body that is left unread hold up its connection, nor be sent for ever.
 *
 * @param milliseconds how long a body may take
 */
export function installUnreadBodies(app: FastifyInstance, milliseconds: number): void {
  const most = Math.min(milliseconds, MAX_UNREAD_MS)
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request.headers)) return
    // Before Node.js looks whether somebody reads.
    response.prependOnceListener('finish', () => {
      if (!request.complete) discardRest(request, most)
    })
  })
  app.addHook('onRequest', (request, reply, done) => {
    // The client was told that the connection ends: nobody would hear what became of this one.
    if (request.socket.writableEnded) reply.hijack()
    else done()
  })
  app.addHook('onSend', ({ raw, headers }, reply, _payload, done) => {
    const length = Number(headers['content-length'] ?? 0)
    if (length > MAX_UNREAD_BYTES && !raw.complete) reply.header('connection', 'close')
    done()
  })
}
