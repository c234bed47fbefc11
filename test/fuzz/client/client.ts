import { Agent, type IncomingMessage, request as open } from 'node:http'
import { Finding } from '../finding.ts'

/** How long, in milliseconds, an answer may take; for one that goes on, until it begins. */
export const MAX_ANSWER_MS = 5_000
/** The same where the machine has other work to do. */
export const MAX_BUSY_ANSWER_MS = 20_000
/** How much of an answer, in bytes, is read. */
const MAX_READ_BYTES = 8 * 1024 * 1024

export type Header = readonly [name: string, value: string]

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: readonly Header[]
  readonly body?: Buffer | undefined
  /** `begin`: the answer is let go of after its first piece. `cut`: the body breaks off. */
  readonly stop?: 'begin' | 'cut' | undefined
}

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** What there is of an answer to a request that we broke off ourselves. */
export const NO_ANSWER: Answer = { status: 0, headers: {}, text: '' }

export type Client = ReturnType<typeof createClient>

async function read(response: IncomingMessage, begin: boolean): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response) {
    pieces.push(piece as Buffer)
    bytes += (piece as Buffer).length
    if (begin || bytes > MAX_READ_BYTES) break
  }
  return Buffer.concat(pieces).toString()
}

/** Node's client takes several values under one name as a list. */
function group({ headers, body }: WireRequest): Record<string, string | string[]> {
  const grouped = new Map<string, string | string[]>()
  // Node would send the body of a GET without saying how long it is.
  if (body !== undefined) grouped.set('content-length', String(body.length))
  for (const [name, value] of headers) {
    const before = name === 'content-length' ? undefined : grouped.get(name)
    grouped.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(grouped)
}

/**
 * A client over keep-alive connections.
 *
 * @param connections the most at a time
 * @param answerMs how long an answer may take
 */
export function createClient(url: string, connections: number, answerMs: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections * 2 })
  const { hostname, port } = new URL(url)

  /** @throws Finding `hang` without an answer in time, `connection-lost` when it breaks off */
  async function send(wire: WireRequest): Promise<Answer> {
    const { method, target, body, stop } = wire
    const lost = (why: string) =>
      new Finding('connection-lost', `${method} ${target.split('?', 1)[0]}`, `no answer: ${why}`)
    return await new Promise<Answer>((resolve, reject) => {
      const sent = open({ agent, hostname, port, method, path: target, headers: group(wire) })
      const deadline = setTimeout(() => {
        const where = `${method} ${target.split('?', 1)[0]}`
        reject(new Finding('hang', where, `no answer within ${answerMs / 1000} s`))
        sent.destroy()
      }, answerMs)
      const settle = (action: () => void) => {
        clearTimeout(deadline)
        action()
      }
      sent.on('error', (error: NodeJS.ErrnoException) =>
        settle(() => (stop === 'cut' ? resolve(NO_ANSWER) : reject(lost(error.code ?? 'error')))),
      )
      sent.on('response', (response) => {
        const { statusCode: status = 0, headers: received } = response
        read(response, stop === 'begin').then(
          (text) => settle(() => resolve({ status, headers: received, text })),
          () => settle(() => (stop === 'cut' ? resolve(NO_ANSWER) : reject(lost('broken off')))),
        )
      })
      if (stop === 'cut') {
        sent.flushHeaders()
        sent.write(body ?? '', () => sent.destroy())
      } else sent.end(body)
    })
  }

  return { send, url, close: () => agent.destroy() }
}
