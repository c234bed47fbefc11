import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../../errors.ts'

/** Requests whose clients wait for a word before they send the body. */
const waiting = new WeakSet<IncomingMessage>()
/** Requests that expect what nobody knows. */
const unknown = new WeakSet<IncomingMessage>()

const expectationFailed = () =>
  new AppError(417, 'expectation_failed', 'The one expectation that is met is 100-continue')

/**
 * Tells a client that waits for it (`Expect: 100-continue`) to send the body. Whoever is refused is not told, and
 * need not send it: Node.js closes the connection after such an answer.
 */
export function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request) && !response.headersSent) response.writeContinue()
}

/** Answers `Expect` headers as RFC 9110 has it, in place of Node.js: 417 for what is unknown, as a problem+json. */
export function installExpectations(app: FastifyInstance): void {
  const { server } = app
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request)
    server.emit('request', request, response)
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    unknown.add(request)
    server.emit('request', request, response)
  })
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (unknown.has(raw)) done(expectationFailed())
    else done()
  })
}
