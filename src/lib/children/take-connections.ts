import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Has a server of this process, a child, serve the connections that its parent accepted. */
export function takeConnections(server: Server): void {
  process.on('message', (message: object, socket?: Socket) => {
    if (!('connection' in message)) return
    process.send?.({ taken: true }, undefined, undefined, () => undefined)
    // The client was faster, and is gone.
    if (socket === undefined) return
    // As a server that accepts by itself has it.
    socket.allowHalfOpen = true
    socket.setNoDelay(true)
    server.emit('connection', socket)
  })
}
