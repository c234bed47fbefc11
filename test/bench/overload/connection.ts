import { once } from 'node:events'
import { connect } from 'node:net'

const HEAD_END = '\r\n\r\n'

export type Connection = Awaited<ReturnType<typeof openConnection>>

/**
 * A connection for one request after another, without Node's HTTP client: a sender that shares its cores with
 * what it measures has to cost little. Answers need a `Content-Length`.
 */
export async function openConnection(hostname: string, port: number) {
  const socket = connect({ host: hostname, port, noDelay: true })
  await once(socket, 'connect')
  let answered: ((status: number) => void) | undefined
  let status = 0
  /** Of the body; unknown until the head is there. */
  let left: number | undefined
  let head = ''

  function end(result: number): void {
    const tell = answered
    answered = undefined
    head = ''
    left = undefined
    tell?.(result)
  }

  socket.on('data', (piece) => {
    if (left === undefined) {
      head += piece.toString('latin1')
      const at = head.indexOf(HEAD_END)
      if (at < 0) return
      status = Number(head.slice(9, 12))
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
      left = length - (head.length - at - HEAD_END.length)
    } else left -= piece.length
    if (left <= 0) end(status)
  })
  socket.on('error', () => undefined)
  socket.on('close', () => end(0))

  return {
    /** Sends a request and waits for its answer. @returns its status; 0 when the connection broke */
    send(bytes: Buffer): Promise<number> {
      return new Promise((resolve) => {
        answered = resolve
        if (socket.destroyed) end(0)
        else socket.write(bytes)
      })
    },
    close: () => socket.destroy(),
  }
}
