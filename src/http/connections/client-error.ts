import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectionError, FastifyInstance } from 'fastify'
import { AppError } from '../../errors.ts'
import { problemBody } from '../problem.ts'

type Explanation = readonly [status: number, code: string, detail: string]

/** If the client does not close its end within this time, we close the connection. */
const MAX_CLOSING_MS = 2_000
const METHODS = 'GET, HEAD, POST, PUT, DELETE'

const NO_HTTP: Explanation = [400, 'bad_request', 'The request is not valid HTTP']
const NO_PROXY: Explanation = [405, 'method_not_allowed', 'This server is not a proxy']
const withoutHost = () =>
  new AppError(400, 'bad_request', 'An HTTP/1.1 request must have a Host header')

/** Errors of Node's HTTP parser by code; anything else is not HTTP at all. */
const UNREADABLE: Readonly<Record<string, Explanation>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The request headers are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'body_too_large', 'The request body is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request did not arrive in time'],
}

/** The unanswered requests of each connection, in order of arrival. */
const underWay = new WeakMap<Duplex, ServerResponse[]>()
/** Connections that are being closed. */
const closing = new WeakSet<Duplex>()

/**
 * Writes a problem+json without Fastify and closes the connection. An answer to HEAD has no body.
 */
function writeProblem(
  socket: Duplex,
  [status, code, detail]: Explanation,
  { headers = [], isHead = false }: { headers?: readonly string[]; isHead?: boolean } = {},
): void {
  const requestId = randomUUID()
  const problem = problemBody(new AppError(status, code, detail), requestId)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${status} ${problem.title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
    ...headers,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${isHead ? '' : body}`)
  const timer = setTimeout(() => socket.destroy(), MAX_CLOSING_MS)
  socket.once('close', () => clearTimeout(timer))
}

/**
 * Answers unparsable input with a problem+json and closes the connection. It first waits for the
 * answers to earlier requests: otherwise the client would take the problem for one of those.
 */
export function answerUnreadable(error: ConnectionError, socket: Socket): void {
  if (closing.has(socket)) return
  closing.add(socket)
  const exchanges = [...(underWay.get(socket) ?? [])]
  // Fastify's type for the bytes describes their JSON form.
  const { rawPacket } = error as { readonly rawPacket?: unknown }
  const isHead = Buffer.isBuffer(rawPacket) && rawPacket.toString('latin1', 0, 5) === 'HEAD '
  // A partly received request is the one that could not be parsed.
  const broken = exchanges.find(({ req }) => !req.complete)
  const answer = () => {
    if (error.code === 'ECONNRESET' || !socket.writable || broken?.headersSent) socket.destroy()
    else writeProblem(socket, UNREADABLE[error.code] ?? NO_HTTP, { isHead })
  }
  // One that is closed was answered before its body had arrived, whose rest came with the broken request.
  const previous = exchanges.filter((response) => response !== broken && !response.closed).at(-1)
  if (previous && error.code !== 'ECONNRESET') previous.once('close', answer)
  else answer()
}

/** Tracks a request on its connection until it is answered and its body has arrived. */
function track(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  const exchanges = underWay.get(socket) ?? []
  if (exchanges.push(response) === 1) underWay.set(socket, exchanges)
  const leave = () => exchanges.splice(exchanges.indexOf(response), 1)
  response.once('close', () => {
    if (request.complete) leave()
    else request.once('end', leave)
  })
}

/**
 * Makes Fastify or {@link answerUnreadable} answer what Node.js answers without a body, or not at
 * all.
 */
export function installUnreadable(app: FastifyInstance): void {
  app.server.prependListener('request', track)
  app.server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    // Node.js has removed its own listeners.
    socket.on('error', () => undefined).resume()
    writeProblem(socket, NO_PROXY, { headers: [`Allow: ${METHODS}`] })
  })
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) done(withoutHost())
    else done()
  })
}
