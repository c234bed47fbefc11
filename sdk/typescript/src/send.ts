import type { Access } from './access.ts'
import type { PassbookOptions } from './options.ts'
import { ConnectionError } from './problem.ts'
import { withRetries } from './retry.ts'

/** What the document says of a request's operation. */
export interface Traits {
  readonly takesKey: boolean
  readonly needsLogin: boolean
}

/** Doing these twice is doing them once. */
const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])
const KEY = 'idempotency-key'
/** Bodies of these are kept, to be sent again. */
const IS_SMALL = /^application\/(json|x-www-form-urlencoded)\b/

/** Sends requests for a caller: with what proves who it is, and again where that helps. */
export function createSend(access: Access | undefined, options: PassbookOptions) {
  const {
    timeoutSeconds = 30,
    retry,
    fetch = (request: Request) => globalThis.fetch(request),
  } = options
  const open = new WeakSet<Request>()

  /** Notes what a request may do without, and gives it a key where its operation takes one. */
  function describe(request: Request, { takesKey, needsLogin }: Traits): Request {
    if (!needsLogin) open.add(request)
    if (takesKey && !request.headers.has(KEY)) request.headers.set(KEY, randomKey())
    return request
  }

  async function attempt(request: Request, init: RequestInit): Promise<Response> {
    const timer = new AbortController()
    const limit = new ConnectionError(`No answer came within ${timeoutSeconds} s.`)
    const timeout = setTimeout(() => timer.abort(limit), timeoutSeconds * 1000)
    const signal = AbortSignal.any([request.signal, timer.signal])
    try {
      return await fetch(new Request(request, { ...init, signal }))
    } catch (cause) {
      request.signal.throwIfAborted()
      if (cause === limit) throw limit
      throw new ConnectionError('The service cannot be reached.', { cause })
    } finally {
      clearTimeout(timeout)
    }
  }

  async function send(request: Request): Promise<Response> {
    const who = open.has(request) ? undefined : access
    const { method, signal, headers } = request
    const isKept = request.body === null || IS_SMALL.test(headers.get('content-type') ?? '')
    const kept = request.body !== null && isKept ? { body: await request.arrayBuffer() } : {}
    const isRepeatable = REPEATABLE.has(method) || headers.has(KEY)
    const sendAs = (sent: Headers) => {
      const once = () => attempt(request, { ...kept, headers: sent })
      return isKept ? withRetries(once, isRepeatable, signal, retry) : once()
    }

    const sent = await withAccess(headers, who)
    const response = await sendAs(sent)
    if (response.status !== 401 || !isKept || !(await who?.renew(sent))) return response
    await response.body?.cancel()
    return await sendAs(await withAccess(headers, who))
  }
  return { send: send as typeof globalThis.fetch, describe }
}

/** The caller's own headers come first. */
async function withAccess(headers: Headers, access: Access | undefined): Promise<Headers> {
  const all = new Headers(headers)
  for (const [name, value] of Object.entries((await access?.headers()) ?? {})) {
    if (!all.has(name)) all.set(name, value)
  }
  return all
}

/** 128 bits by chance. `crypto.randomUUID` is missing on pages without TLS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
