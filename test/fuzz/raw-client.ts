import { connect } from 'node:net'
import { type Answer, MAX_ANSWER_MS, NO_ANSWER } from './client.ts'
import { Finding } from './finding.ts'

/** Undoes the chunks of a body; what is not whole is left out. */
function unchunk(text: string): string {
  const size = Number.parseInt(text, 16)
  const start = text.indexOf('\r\n') + 2
  return size > 0 ? text.slice(start, start + size) + unchunk(text.slice(start + size + 2)) : ''
}

/** The first answer in what a connection brought. */
function parseAnswer(text: string): Answer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  if (!status.startsWith('HTTP/1.1 ')) return NO_ANSWER
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = ''] = line.split(':', 1)
      return [name.toLowerCase(), line.slice(name.length + 1).trim()]
    }),
  )
  const body = rest.join('\r\n\r\n')
  const length = Number(headers['content-length'] ?? body.length)
  const whole = headers['transfer-encoding'] === 'chunked' ? unchunk(body) : body.slice(0, length)
  return { status: Number(status.slice(9, 12)), headers, text: whole }
}

/**
 * Sends bytes as they stand, then nothing more, and reads until the service closes the connection.
 *
 * @returns the first answer; one without a status where the connection was closed without
 * @throws Finding `hang` when it stays open and silent
 */
export async function sendRaw(url: string, bytes: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return await new Promise<Answer>((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    const pieces: Buffer[] = []
    const answer = () => parseAnswer(Buffer.concat(pieces).toString())
    const deadline = setTimeout(() => {
      socket.destroy()
      const found = answer()
      if (found.status > 0) resolve(found)
      else
        reject(new Finding('hang', 'raw bytes', 'neither an answer nor the end of the connection'))
    }, MAX_ANSWER_MS)
    socket.on('data', (piece) => pieces.push(piece))
    // A connection that is refused or reset has no answer; whether the process lives is seen elsewhere.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(deadline)
      resolve(answer())
    })
    socket.end(bytes)
  })
}
