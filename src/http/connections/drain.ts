import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server, type Socket } from 'node:net'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** How often connections are checked while draining. */
const CHECK_INTERVAL_MS = 50
/** A turn of the event loop this short did almost no work; how long to wait for one. */
const SHORT_TURN_MS = 0.1
const MAX_WAIT_MS = 2_000

/** How long each part of a stop may take, in milliseconds. */
export interface DrainLimits {
  /** How long requests under way may take before they are cut off. */
  readonly graceMs: number
  /** How long an idle connection is kept, since a proxy may be about to send a request on it. */
  readonly idleMs: number
}

export interface Drain {
  /** From now on the process reports not ready, but still serves requests. */
  announce(): void
  isStopping(): boolean
  /** Aborted once the listener is closed: streams that never end by themselves must end now. */
  readonly closing: AbortSignal
  /** Stops accepting, and waits until every request is answered or the grace period is over. */
  run(limits: DrainLimits): Promise<void>
  /** Closes every connection, even with requests under way. */
  cut(): void
}

interface Connection {
  /** Requests whose answers are not complete. */
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
 * Resolves after a short turn of the event loop without a new connection. Closing a listener makes
 * the kernel reset connections that were not accepted yet. A proxy that already sent a request on
 * one cannot send it again. Node.js accepts one connection per turn.
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

/** Tracks an app's connections, so that it can stop without cutting off a request. */
export function installDrain(app: FastifyInstance): void {
  const connections = new Map<Socket, Connection>()
  const closing = new AbortController()
  let isStopping = false

  function track(socket: Socket): Connection {
    const tracked = connections.get(socket)
    if (tracked) return tracked
    const connection = { busy: 0, bytesRead: 0, quietSince: performance.now() }
    connections.set(socket, connection)
    socket.once('close', () => connections.delete(socket))
    return connection
  }

  app.server.on('connection', track)
  app.server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = track(socket)
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

  /** Whether a connection has been silent for so long that no request is likely to come. */
  function isQuiet(socket: Socket, connection: Connection, since: number): boolean {
    if (connection.bytesRead !== socket.bytesRead) {
      connection.bytesRead = socket.bytesRead
      connection.quietSince = performance.now()
    }
    return connection.busy === 0 && connection.quietSince <= since
  }

  /**
   * Closes only the listener; Node's own `close` would also end idle connections that may be used
   * soon.
   */
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
        await delay(CHECK_INTERVAL_MS)
      }
    },
    cut() {
      for (const socket of connections.keys()) socket.destroy()
    },
  }
  app.decorate('drain', drain)
}
