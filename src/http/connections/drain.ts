import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server, type Socket } from 'node:net'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** How often connections are looked at while they are waited for. */
const LOOK_MS = 50
/** A turn of the event loop in which next to nothing was done, and how long to wait for one. */
const SHORT_TURN_MS = 0.1
const MAX_WAIT_MS = 2_000

/** How long each part of a stop may take, in milliseconds. */
export interface DrainLimits {
  /** How long what is under way may take before it is cut off. */
  readonly graceMs: number
  /** How long a connection without a request is kept: a proxy may be about to send one on it. */
  readonly idleMs: number
}

export interface Drain {
  /** From now on the process says that it is not ready, and serves as before. */
  announce(): void
  isStopping(): boolean
  /** Aborted once no connection is accepted any more: what never ends by itself has to end now. */
  readonly closing: AbortSignal
  /** Stops accepting, and waits until every request is answered or the grace is over. */
  run(limits: DrainLimits): Promise<void>
  /** Closes every connection, whatever is under way on it. */
  cut(): void
}

interface Connection {
  /** Requests not answered to the end. */
  busy: number
  bytesRead: number
  /** By `performance.now()`. */
  quietSince: number
}

declare module 'fastify' {
  interface FastifyInstance {
    drain: Drain
  }
}

/**
 * Resolves at the end of a short turn of the event loop in which no connection was there to accept. When
 * a listener is closed the kernel resets the connections that nobody has accepted, and a proxy that has
 * already sent a request on one cannot send it again. Node.js accepts one connection a turn.
 */
async function allAccepted(server: Server): Promise<void> {
  const end = performance.now() + MAX_WAIT_MS
  let accepted = false
  const onConnection = () => {
    accepted = true
  }
  server.on('connection', onConnection)
  for (let now = performance.now(); now < end; ) {
    accepted = false
    const before = now
    await turn()
    now = performance.now()
    if (!accepted && now - before < SHORT_TURN_MS) break
  }
  server.off('connection', onConnection)
}

/** Follows an app's connections, so that it can stop without cutting off a request. */
export function installDrain(app: FastifyInstance): void {
  const connections = new Map<Socket, Connection>()
  const closing = new AbortController()
  let isStopping = false

  function follow(socket: Socket): Connection {
    const known = connections.get(socket)
    if (known) return known
    const connection = { busy: 0, bytesRead: 0, quietSince: performance.now() }
    connections.set(socket, connection)
    socket.once('close', () => connections.delete(socket))
    return connection
  }

  app.server.on('connection', follow)
  app.server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = follow(socket)
    connection.busy += 1
    response.once('close', () => {
      connection.busy -= 1
      connection.quietSince = performance.now()
    })
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing.signal.aborted) reply.header('connection', 'close')
    done(null, payload)
  })
  app.addHook('preClose', async () => closing.abort())

  /** Whether nothing came over a connection for so long that nothing is about to. */
  function isQuiet(socket: Socket, connection: Connection, since: number): boolean {
    if (connection.bytesRead !== socket.bytesRead) {
      connection.bytesRead = socket.bytesRead
      connection.quietSince = performance.now()
    }
    return connection.busy === 0 && connection.quietSince <= since
  }

  /** Closes the listener alone: Node's own `close` would also end connections that are about to be used. */
  async function stopAccepting(): Promise<void> {
    await allAccepted(app.server)
    Server.prototype.close.call(app.server)
    closing.abort()
    for (const connection of connections.values()) connection.quietSince = performance.now()
  }

  const drain: Drain = {
    announce() {
      isStopping = true
    },
    isStopping: () => isStopping,
    closing: closing.signal,
    async run({ graceMs, idleMs }) {
      const end = performance.now() + graceMs
      isStopping = true
      await stopAccepting()
      while (connections.size > 0 && performance.now() < end) {
        const since = performance.now() - idleMs
        for (const [socket, connection] of connections) {
          if (isQuiet(socket, connection, since)) socket.destroy()
        }
        await delay(LOOK_MS)
      }
    },
    cut() {
      for (const socket of connections.keys()) socket.destroy()
    },
  }
  app.decorate('drain', drain)
}
