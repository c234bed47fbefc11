import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Whoever waits longer than this waits in vain. */
const MAX_WAIT_MS = 15_000
const EVENTS = ['received', 'drain', 'end', 'close']

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** @returns the text of chunks, and how many bytes they take; undefined while the last one is missing */
function readChunks(bytes: string): { readonly body: string; readonly length: number } | undefined {
  let body = ''
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16)
    const end = lineEnd + 2 + size + 2
    if (bytes.length < end) return undefined
    if (size === 0) return { body, length: end }
    body += bytes.slice(lineEnd + 2, end - 2)
    at = end
  }
}

/** The first whole answer of what was received, one character a byte. */
function readAnswer(received: string, headOnly: boolean) {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [statusLine = '', ...lines] = received.slice(0, headEnd).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const status = Number(statusLine.split(' ')[1])
  const rest = received.slice(headEnd + 4)
  const bodiless = headOnly || status < 200 || status === 204 || status === 304
  const length = bodiless ? 0 : Number(headers['content-length'] ?? 0)
  const found =
    !bodiless && headers['transfer-encoding'] === 'chunked'
      ? readChunks(rest)
      : rest.length >= length && { body: rest.slice(0, length), length }
  if (!found) return undefined
  const body = Buffer.from(found.body, 'latin1').toString()
  return { answer: { status, headers, body }, length: headEnd + 4 + found.length }
}

/** A connection on which a test writes what no HTTP client would. */
export class RawConnection {
  readonly #socket: Socket
  #received = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => {
      this.#received += bytes.toString('latin1')
      socket.emit('received')
    })
    // Some servers end a connection by a reset: whoever waits is told by its end.
    socket.on('error', () => undefined)
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  get closed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded
  }

  /** Ends when something arrived, could be written, or the connection ended. @throws Error after 15 s */
  #news(reason: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer)
        for (const event of EVENTS) this.#socket.off(event, settle)
        resolve()
      }
      const timer = setTimeout(() => reject(new Error(`waited in vain for ${reason}`)), MAX_WAIT_MS)
      for (const event of EVENTS) this.#socket.once(event, settle)
      if (this.closed) settle()
    })
  }

  write(text: string | Buffer): void {
    if (this.#socket.writable) this.#socket.write(text)
  }

  /** Writes while nothing is read. Ends when the other side, or the network between, has taken it. */
  async writeUnread(data: string | Buffer): Promise<void> {
    this.#socket.pause()
    await new Promise<unknown>((resolve) => this.#socket.write(data, resolve))
    this.#socket.resume()
  }

  /** Writes the same again and again until something arrives, or the other side has closed the connection. */
  async flood(piece: Buffer): Promise<void> {
    while (!this.closed && this.#received === '') {
      if (!this.#socket.write(piece)) await this.#news('room to write')
    }
  }

  /** @returns the next answer; undefined when the connection ended before it was whole */
  async answer({ headOnly = false } = {}): Promise<RawAnswer | undefined> {
    for (;;) {
      const found = readAnswer(this.#received, headOnly)
      if (found) {
        this.#received = this.#received.slice(found.length)
        return found.answer
      }
      if (this.closed) return undefined
      await this.#news('an answer')
    }
  }

  /** Waits for the first byte of an answer, or for the end. */
  async firstByte(): Promise<void> {
    while (this.#received === '' && !this.closed) await this.#news('a byte')
  }

  /** Waits until the other side has closed the connection. */
  async end(): Promise<void> {
    while (!this.closed) await this.#news('the end of the connection')
  }

  /** Says that nothing more comes. */
  halfClose(): void {
    this.#socket.end()
  }

  /** Breaks off at once. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }
}
