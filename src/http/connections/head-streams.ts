import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'

/**
 * Ends the stream of a `GET` answer if the request is `HEAD`; Fastify would read it to its end.
 */
export function installHeadStreams(app: FastifyInstance): void {
  app.addHook('onSend', ({ method }, _reply, payload, done) => {
    if (method !== 'HEAD' || !(payload instanceof Readable)) return done()
    payload.on('error', () => undefined).destroy()
    done(null, Readable.from([]))
  })
}
