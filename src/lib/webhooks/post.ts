import { type Resolve, Undeliverable } from './resolve.ts'

/** What is kept of an answer. */
const MAX_ANSWER_BYTES = 1_024
const MAX_HEADER_BYTES = 16_384
/** Control characters and invisible ones, apart from tabs and line breaks. */
const CONTROLS = /[^\P{C}\t\n]/gu

/** What a receiver answered. */
export interface PostAnswer {
  readonly status: number
  /** The first KiB as text, without control characters. */
  readonly text: string
  readonly retryAfter: string | undefined
}

/** Why there is no answer. */
export type PostError = 'private_target' | 'dns' | 'timeout' | 'tls' | 'protocol' | 'connection'

/** Sends one webhook. */
export type Post = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<PostAnswer | PostError>

interface PostOptions {
  /** Returns the addresses of a host that may be connected to, or throws. */
  readonly find: Resolve
  /** Limits the whole exchange: connecting, sending, and reading the answer. */
  readonly timeoutMs: number
}

function errorOf(error: unknown): PostError {
  if (error instanceof Undeliverable) return error.code
  const { name = '', code = '' } = error as { readonly name?: string; readonly code?: string }
  if (name === 'TimeoutError' || /TIMEOUT|TIMEDOUT/.test(code)) return 'timeout'
  if (/TLS|SSL|CERT|SELF_SIGNED|UNABLE_TO/.test(code)) return 'tls'
  const isHttp = name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW'
  return isHttp ? 'protocol' : 'connection'
}

/** Reads the beginning of a body. Leaving the loop closes the connection. */
async function readStart(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= MAX_ANSWER_BYTES) break
  }
  const start = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES)
  return start.toString('utf8').replaceAll(CONTROLS, '')
}

/**
 * Makes the function that sends webhooks. It follows no redirect, decompresses nothing, knows no
 * proxy, and uses a connection once.
 */
export function createPost({ find, timeoutMs }: PostOptions): Post {
  return async (url, headers, body) => {
    const signal = AbortSignal.timeout(timeoutMs)
    // Loaded with the first webhook, since most processes send none.
    const [{ Client }, { createConnector }] = await Promise.all([
      import('undici'),
      import('./connect.ts'),
    ])
    const client = new Client(url.origin, {
      connect: createConnector(find, timeoutMs),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    })
    try {
      const path = `${url.pathname}${url.search}`
      const answer = await client.request({
        method: 'POST',
        path,
        headers,
        body,
        signal,
        reset: true,
      })
      // Without a listener, a body that breaks off would end the process.
      answer.body.on('error', () => undefined)
      const retryAfter = answer.headers['retry-after']
      return {
        status: answer.statusCode,
        text: await readStart(answer.body),
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      }
    } catch (error) {
      return signal.aborted ? 'timeout' : errorOf(error)
    } finally {
      await client.destroy().catch(() => undefined)
    }
  }
}
