import { connect } from 'node:net'
import { Finding } from '../finding.ts'
import { type Answer, MAX_ANSWER_MS, NO_ANSWER } from './client.ts'

/** How long, in milliseconds, an answer is waited for before we say that nothing more comes. */
const QUIET_MS = 100

/** Undoes the chunks of a body; undefined as long as the last is not there. */
function unchunk(text: string): string | undefined {
  const size = Number.parseInt(text, 16)
  if (size === 0) return ''
  const start = text.indexOf('\r\n') + 2
  const rest = size > 0 ? unchunk(text.slice(start + size + 2)) : undefined
  return rest === undefined ? undefined : text.slice(start, start + size) + rest
}

/** The first whole answer in what a connection brought; `NO_ANSWER` where there is none. */
function parseAnswer(text: string, isHead: boolean): Answer {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  if (end === -1 || !first.startsWith('HTTP/1.1 ')) return NO_ANSWER
  const rest = text.slice(end + 4)
  if (first.startsWith('HTTP/1.1 1')) return parseAnswer(rest, isHead)
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = ''] = line.split(':', 1)
      return [name.toLowerCase(), line.slice(name.length + 1).trim()]
    }),
  )
  const length = Number(headers['content-length'] ?? 0)
  const isChunked = headers['transfer-encoding'] === 'chunked' && !isHead
  const body = isHead ? '' : isChunked ? unchunk(rest) : rest.slice(0, length)
  if (body === undefined || (!isHead && !isChunked && rest.length < length)) return NO_ANSWER
  return { status: Number(first.slice(9, 12)), headers, text: body }
}

/**
 * Sends bytes as they stand and waits for an answer. Where none comes, says that this was all, upon which
 * the service has to close the connection.
 *
 * @returns the first answer, or `NO_ANSWER`
 * @throws Finding `hang` when the connection stays open and silent
 */
export async function sendRaw(url: string, bytes: Buffer, isHead: boolean): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return await new Promise<Answer>((resolve, reject) => {
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    let text = ''
    const quiet = setTimeout(() => socket.end(), QUIET_MS)
    const deadline = setTimeout(() => {
      socket.destroy()
      reject(new Finding('hang', 'raw bytes', 'neither an answer nor the end of the connection'))
    }, MAX_ANSWER_MS)
    const settle = (answer: Answer) => {
      clearTimeout(quiet)
      clearTimeout(deadline)
      socket.destroy()
      resolve(answer)
    }
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece
      const answer = parseAnswer(text, isHead)
      if (answer !== NO_ANSWER) settle(answer)
    })
    // A connection that is reset has no answer; whether the process lives is seen elsewhere.
    socket.on('error', () => settle(NO_ANSWER))
    socket.on('end', () => settle(parseAnswer(text, isHead)))
    socket.write(bytes)
  })
}
