import type { RawAnswer, RawConnection } from './raw-connection.ts'

/** A request that is right in every respect, to be spoilt. */
export interface Request {
  readonly method: string
  readonly target: string
  readonly token: string
  /** Absent where the operation takes none. */
  readonly body: string | undefined
  readonly contentType: string
}

/** A way to misuse HTTP. */
export interface Attack {
  readonly name: string
  /** What it is made for; everything when absent. */
  readonly against?: (request: Request) => boolean
  /** @returns the answer; undefined when there need not be one */
  readonly run: (connection: RawConnection, request: Request) => Promise<RawAnswer | undefined>
  /** Whether the answer may be lost: its client still writes when, by the short clock, the connection is closed. */
  readonly mayEndUnanswered?: boolean
  /** Whether only the end of the connection frees it. */
  readonly leavesHalf?: boolean
}

const PIECE_BYTES = 64 * 1024
const CHUNK = Buffer.from(
  `${PIECE_BYTES.toString(16)}\r\n${'1,2.50\n'.padEnd(PIECE_BYTES, ' ')}\r\n`,
)

function headOf({ method, target, token }: Request, ...headers: readonly string[]): string {
  const common = ['Host: localhost', `Authorization: Bearer ${token}`]
  return `${[`${method} ${target} HTTP/1.1`, ...common, ...headers].join('\r\n')}\r\n\r\n`
}

const typeOf = ({ contentType }: Request) => `Content-Type: ${contentType}`
const lengthOf = (body: string) => `Content-Length: ${Buffer.byteLength(body)}`
const isRead = ({ method }: Request) => method === 'GET'
const takesBody = (request: Request) => !isRead(request)

/** Sends a whole request at once. */
const whole =
  (...headers: readonly string[]): Attack['run'] =>
  async (connection, request) => {
    const { body = '{}' } = request
    connection.write(headOf(request, ...headers, lengthOf(body)) + body)
    return await connection.answer()
  }

export const ATTACKS: readonly Attack[] = [
  { name: 'a body without a type', run: whole() },
  { name: 'a body of the wrong type', run: whole('Content-Type: text/plain') },
  { name: 'a body in an unknown encoding', run: whole('Content-Encoding: nonsense') },
  {
    name: 'a body that is no gzip, though it says so',
    against: takesBody,
    run: async (connection, request) => {
      connection.write(
        `${headOf(request, typeOf(request), 'Content-Encoding: gzip', 'Content-Length: 5')}nogz!`,
      )
      return await connection.answer()
    },
  },
  {
    name: 'a body that says it is too large',
    run: async (connection, request) => {
      connection.write(headOf(request, typeOf(request), 'Content-Length: 60000000000'))
      connection.write(CHUNK.subarray(0, 4_000))
      if (request.contentType !== 'application/json') await connection.flood(CHUNK)
      return await connection.answer()
    },
    mayEndUnanswered: true,
    leavesHalf: true,
  },
  {
    name: 'a body without end',
    run: async (connection, request) => {
      connection.write(headOf(request, typeOf(request), 'Transfer-Encoding: chunked'))
      await connection.flood(CHUNK)
      const answer = await connection.answer()
      await connection.flood(CHUNK)
      return answer
    },
    mayEndUnanswered: true,
    leavesHalf: true,
  },
  {
    name: 'HEAD with a body',
    against: isRead,
    run: async (connection, request) => {
      connection.write(`${headOf({ ...request, method: 'HEAD' }, 'Content-Length: 2')}{}`)
      return await connection.answer({ headOnly: true })
    },
  },
  {
    name: 'a body that stalls',
    run: async (connection, request) => {
      connection.write(`${headOf(request, typeOf(request), 'Content-Length: 100')}{"`)
      return await connection.answer()
    },
    leavesHalf: true,
  },
  {
    name: 'a body of the wrong type that stalls',
    run: async (connection, request) => {
      connection.write(`${headOf(request, 'Content-Type: a/b', 'Content-Length: 100')}{"`)
      return await connection.answer()
    },
    leavesHalf: true,
  },
  {
    name: 'a body that is cut off',
    run: async (connection, request) => {
      connection.write(`${headOf(request, typeOf(request), 'Content-Length: 100')}{"`)
      connection.halfClose()
      return await connection.answer()
    },
    mayEndUnanswered: true,
  },
  {
    name: 'a body of the wrong type that is broken off after the answer',
    run: async (connection, request) => {
      connection.write(`${headOf(request, 'Content-Type: a/b', 'Content-Length: 100')}{"`)
      const answer = await connection.answer()
      connection.reset()
      return answer
    },
  },
  {
    name: 'a chunk that is none',
    run: async (connection, request) => {
      connection.write(headOf(request, typeOf(request), 'Transfer-Encoding: chunked'))
      connection.write('nonsense\r\n')
      return await connection.answer()
    },
    leavesHalf: true,
  },
  {
    name: 'trailers behind the body',
    run: async (connection, request) => {
      const { body = '{}' } = request
      connection.write(headOf(request, typeOf(request), 'Transfer-Encoding: chunked', 'Trailer: X'))
      const size = Buffer.byteLength(body).toString(16)
      connection.write(`${size}\r\n${body}\r\n0\r\nX: y\r\nContent-Length: 7\r\n\r\n`)
      return await connection.answer()
    },
  },
  {
    name: 'a client that waits for 100 Continue',
    run: async (connection, request) => {
      const { body = '{}' } = request
      connection.write(headOf(request, typeOf(request), lengthOf(body), 'Expect: 100-continue'))
      const first = await connection.answer()
      if (first?.status !== 100) return first
      connection.write(body)
      return await connection.answer()
    },
  },
  {
    name: 'an expectation that nobody knows',
    run: whole('Content-Type: application/json', 'Expect: the-unexpected'),
  },
  {
    name: 'a wish for another protocol',
    run: whole('Content-Type: application/json', 'Connection: Upgrade', 'Upgrade: websocket'),
  },
  {
    name: 'a client that goes before the answer',
    run: async (connection, request) => {
      const { body = '' } = request
      connection.write(headOf(request, typeOf(request), lengthOf(body)) + body)
      connection.reset()
      return undefined
    },
    mayEndUnanswered: true,
  },
  {
    name: 'a client that goes at the first byte of the answer',
    run: async (connection, request) => {
      const { body = '' } = request
      connection.write(
        headOf(request, typeOf(request), lengthOf(body), 'Accept-Encoding: gzip') + body,
      )
      await connection.firstByte()
      connection.reset()
      return undefined
    },
    mayEndUnanswered: true,
  },
]
