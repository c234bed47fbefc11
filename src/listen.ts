import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { StartupError } from './errors.ts'
import { within } from './platform/process.ts'

/** How long requests under way may take to end when the process stops. */
const DRAIN_MS = 1_500

/** A listening app: where, and how to end it. */
export interface Listening {
  readonly url: string
  /** Takes no new requests, waits for those under way a moment, then cuts them off. */
  close(): Promise<void>
}

/** @throws StartupError when the port is taken or may not be used */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<Listening> {
  await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') {
      throw new StartupError(
        `Port ${port} on ${host} is taken; set PORT to another one, or PORT=0 to have a free one picked.`,
      )
    }
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
      throw new StartupError(
        `Port ${port} on ${host} cannot be used (${error.code}); set HOST and PORT to an address of this machine.`,
      )
    }
    throw error
  })
  const { port: bound } = app.server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return {
    url: `http://${name.includes(':') ? `[${name}]` : name}:${bound}`,
    async close() {
      await within(DRAIN_MS, app.close())
      app.server.closeAllConnections()
    },
  }
}
