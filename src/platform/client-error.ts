import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'
import { AppError } from '../errors.ts'
import { problemBody } from './problem.ts'

type Explanation = readonly [status: number, code: string, detail: string]

const NO_HTTP: Explanation = [400, 'bad_request', 'The request is not valid HTTP']

/** What Node's HTTP server stumbles over, by its codes; the rest is no HTTP at all. */
const UNREADABLE: Readonly<Record<string, Explanation>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The request headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request did not arrive in time'],
}

/** Answers what never became a request with a problem+json, and closes its connection. */
export function answerUnreadable(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, detail] = UNREADABLE[error.code] ?? NO_HTTP
  const requestId = randomUUID()
  const problem = problemBody(new AppError(status, code, detail), requestId)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${status} ${problem.title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
