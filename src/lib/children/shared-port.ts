import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'

/** Connections that wait for a process to take them; further ones are closed. */
const MAX_WAITING = 1_000
/** Turns of the event loop in which all that has arrived is read. */
const LAST_TURNS = 3

/** What a child says before it reads from a connection. Until then another child can have it. */
export interface Taken {
  readonly taken: true
}

/** A port whose connections are handed to child processes in turn. */
export interface SharedPort {
  /** Has a child take connections until it ends. */
  serve(child: ChildProcess): void
  /** @returns the port */
  listen(host: string, port: number): Promise<number>
  /** Closes the port, and waits until each connection was taken. */
  close(): Promise<void>
}

/**
 * Creates a port that children share. A child takes one connection at a time, so one that is busy gets few.
 * Node's `cluster` does the same, but keeps a connection open for ever that it sent to a process that was killed.
 */
export function createSharedPort(): SharedPort {
  const free: ChildProcess[] = []
  const waiting: Socket[] = []
  /** Connections that were sent and not taken yet. */
  const sent = new Map<ChildProcess, Socket>()
  let onTaken: () => void = () => undefined

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    if (waiting.length >= MAX_WAITING) socket.destroy()
    else waiting.push(socket)
    handOver()
  })
  // Such as too many open files: the next connection may have better luck.
  server.on('error', () => undefined)

  function handOver(): void {
    while (free.length > 0 && waiting.length > 0) {
      const child = free.shift() as ChildProcess
      const socket = waiting.shift() as Socket
      sent.set(child, socket)
      child.send({ connection: true }, socket, { keepOpen: true }, () => undefined)
    }
    onTaken()
  }

  function leave(child: ChildProcess): void {
    const place = free.indexOf(child)
    if (place >= 0) free.splice(place, 1)
  }

  return {
    serve(child) {
      child.on('message', (message: Taken) => {
        if (!('taken' in message)) return
        sent.get(child)?.destroy()
        sent.delete(child)
        free.push(child)
        handOver()
      })
      // Node.js has no `disconnect` for a child that is killed while a connection is on its way.
      child.once('exit', async () => {
        leave(child)
        // What the child had said by then is read in these turns.
        for (let count = 0; count < LAST_TURNS; count += 1) await turn()
        const socket = sent.get(child)
        sent.delete(child)
        if (socket) waiting.unshift(socket)
        leave(child)
        handOver()
      })
      free.push(child)
      handOver()
    },
    async listen(host, port) {
      server.listen({ host, port })
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    },
    async close() {
      if (!server.listening) return
      for (let count = 0; count < LAST_TURNS; count += 1) await turn()
      server.close()
      await new Promise<void>((resolve) => {
        onTaken = () => {
          if (waiting.length === 0 && sent.size === 0) resolve()
        }
        onTaken()
      })
    },
  }
}
