import type { Access, Proof } from './access.ts'
import type { PassbookOptions } from './options.ts'
import { ConnectionError } from './problem.ts'
import { withRetries } from './retry.ts'
import type { Outgoing, Transport } from './transport.ts'

/** What is known of a request beside what it holds. */
export interface Traits {
  /** Its operation takes an Idempotency-Key. */
  readonly takesKey: boolean
  readonly needsLogin: boolean
  /** Sends its body. */
  readonly transport?: Transport | undefined
}

/** Doing these twice is doing them once. */
const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])
const KEY = 'idempotency-key'
/** Bodies of these are kept, to be sent again. */
const IS_SMALL = /^application\/(json|x-www-form-urlencoded)\b/

/** Sends requests for a caller: with what proves who it is, and again where that helps. */
export function createSend(access: Access | undefined, options: PassbookOptions) {
  const { timeoutSeconds = 30, retry, fetch = (request) => globalThis.fetch(request) } = options
  const known = new WeakMap<Request, Traits>()

  /** Notes what is known of a request, and gives it a key where its operation takes one. */
  function describe(request: Request, traits: Traits): Request {
    known.set(request, traits)
    if (traits.takesKey && !request.headers.has(KEY)) request.headers.set(KEY, randomKey())
    return request
  }

  async function attempt(outer: AbortSignal, go: Go): Promise<Response> {
    const timer = new AbortController()
    const limit = new ConnectionError(`No answer came within ${timeoutSeconds} s.`)
    let timeout: ReturnType<typeof setTimeout> | undefined
    const alive = () => {
      clearTimeout(timeout)
      timeout = setTimeout(() => timer.abort(limit), timeoutSeconds * 1000)
    }
    alive()
    try {
      return await go(AbortSignal.any([outer, timer.signal]), alive)
    } catch (cause) {
      outer.throwIfAborted()
      if (timer.signal.aborted) throw limit
      throw new ConnectionError('The service cannot be reached.', { cause })
    } finally {
      clearTimeout(timeout)
    }
  }

  /** Whether the request can be sent again, and how it is sent once. */
  async function prepare(request: Request, transport: Transport | undefined) {
    const { url, method, body } = request
    if (transport) {
      const by = (headers: Headers): Go => {
        return (signal, alive) => transport.send({ url, method, headers, signal, fetch, alive })
      }
      return { isKept: transport.isRepeatable, by }
    }
    const isKept = body === null || IS_SMALL.test(request.headers.get('content-type') ?? '')
    const kept = isKept && body !== null ? { body: await request.arrayBuffer() } : {}
    const by = (headers: Headers): Go => {
      return (signal) => fetch(new Request(request, { ...kept, headers, signal }))
    }
    return { isKept, by }
  }

  async function send(request: Request): Promise<Response> {
    const traits = known.get(request)
    const who = traits?.needsLogin ? access : undefined
    const { isKept, by } = await prepare(request, traits?.transport)
    const isRepeatable = REPEATABLE.has(request.method) || request.headers.has(KEY)
    const sendWith = (headers: Headers) => {
      const once = () => attempt(request.signal, by(headers))
      return isKept ? withRetries(once, isRepeatable, request.signal, retry) : once()
    }

    const proof = await who?.prove()
    const response = await sendWith(withProof(request.headers, proof))
    const isRefused = response.status === 401 && isKept && proof !== undefined
    if (!isRefused || !(await who?.renew(proof))) return response
    await response.body?.cancel()
    return await sendWith(withProof(request.headers, await who?.prove()))
  }

  return { send: send as typeof globalThis.fetch, describe }
}

/** Sends a request once. */
type Go = (signal: Outgoing['signal'], alive: () => void) => Promise<Response>

/** The caller's own headers come first. */
function withProof(headers: Headers, proof: Proof | undefined): Headers {
  const all = new Headers(headers)
  for (const [name, value] of Object.entries(proof?.headers ?? {})) {
    if (!all.has(name)) all.set(name, value)
  }
  return all
}

/** 128 bits by chance. `crypto.randomUUID` is missing on pages without TLS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
