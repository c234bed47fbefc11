import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../../errors.ts'

/** Requests whose clients wait for `100 Continue` before sending the body. */
const waiting = new WeakSet<IncomingMessage>()
/** Requests with an expectation we do not support. */
const unsupported = new WeakSet<IncomingMessage>()

const expectationFailed = () =>
  new AppError(417, 'expectation_failed', 'The only supported expectation is 100-continue')

/**
 * Tells a client that sent `Expect: 100-continue` to send its body. A refused client is not told
 * and need not send it: Node.js closes the connection after such an answer.
 */
export function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request) && !response.headersSent) response.writeContinue()
}

/**
 * Handles `Expect` headers as RFC 9110 requires, instead of Node.js: an unknown one gets a 417
 * problem+json.
 */
export function installExpectations(app: FastifyInstance): void {
  const { server } = app
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request)
    server.emit('request', request, response)
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    unsupported.add(request)
    server.emit('request', request, response)
  })
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (unsupported.has(raw)) done(expectationFailed())
    else done()
  })
}
