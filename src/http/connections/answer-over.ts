import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Calls back once when an answer is over: it was sent, cut off, or its connection has gone. An answer that waits behind
 * others on its connection emits no `close` of its own when that is cut off.
 */
export function onAnswerOver(
  { raw: { socket } }: FastifyRequest,
  { raw }: FastifyReply,
  callback: () => void,
): void {
  // Whoever asked may have gone while the caller was looked up.
  if (raw.closed || socket.destroyed) {
    callback()
    return
  }
  const over = () => {
    raw.off('finish', over).off('close', over)
    socket.off('close', over)
    callback()
  }
  raw.once('finish', over).once('close', over)
  socket.once('close', over)
}
