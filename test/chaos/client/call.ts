import { setTimeout as delay } from 'node:timers/promises'
import type { Dice } from '../dice.ts'
import type { Findings } from '../findings.ts'
import type { ApiMember } from '../servers/topology.ts'
import type { watchStalls } from '../stalls.ts'
import type { Statistics } from '../statistics.ts'

/** What callers are promised. */
const MAX_ANSWER_MS = 5_000
/** For the machine, on which much else goes on. */
const MARGIN_MS = 1_500
/** A process that refused a connection is left alone for so long, in milliseconds. */
const SKIPPED_MS = 250
/** What broke a connection may be noticed on its other side so much earlier, in milliseconds. */
const BEFORE_MS = 1_000
/** Codes of 503 that the contract names. */
const UNAVAILABLE = ['overloaded', 'database_unavailable', 'storage_full', 'stopping']

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** Sent as JSON; text as CSV. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly token?: string | undefined
}

/** An answer as it came. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: clients read any field
  readonly body: any
}

/** What became of a request. `unsent`: no process took it; `open`: nobody knows. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'unsent' | 'open' }

/** Sends requests to one of the API processes, as a load balancer does. */
export type Call = (request: Request) => Promise<Outcome>

interface CallOptions {
  readonly apis: readonly ApiMember[]
  readonly dice: Dice
  readonly findings: Findings
  readonly statistics: Statistics
  readonly stalls: ReturnType<typeof watchStalls>
  /** How long the run goes on, in milliseconds: said in findings. */
  readonly clock: () => number
  /** How long an answer may take, in milliseconds; 5,000 when not given. */
  readonly maxAnswerMs?: number
}

const codeOf = (error: unknown) =>
  String((error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name)

export function createCall(options: CallOptions): Call {
  const { apis, dice, findings, statistics, stalls, clock, maxAnswerMs = MAX_ANSWER_MS } = options
  const skippedUntil = new Map<ApiMember, number>()

  const find = (kind: string, { method, path }: Request, more: string) =>
    findings.add(kind, `${(clock() / 1000).toFixed(1)} s: ${method} ${path} ${more}`)

  function choose(): ApiMember | undefined {
    const now = performance.now()
    const open = apis.filter((api) => (skippedUntil.get(api) ?? 0) <= now)
    return open.length === 0 ? undefined : dice.pick(open)
  }

  /** Holds up what is not as documented, whatever was asked. */
  function judge(request: Request, { status, headers, body }: Answer): void {
    const type = headers.get('content-type') ?? ''
    if (status < 400) return
    const { code } = body ?? {}
    if (!type.startsWith('application/problem+json') || typeof code !== 'string') {
      find('error that is no problem+json', request, `answered ${status} as ${type}`)
    } else if (status === 503) {
      statistics.unavailable.set(code, (statistics.unavailable.get(code) ?? 0) + 1)
      if (!UNAVAILABLE.includes(code)) find('503 of no declared code', request, code)
      if (!/^\d+$/.test(headers.get('retry-after') ?? '')) {
        find('503 without Retry-After', request, code)
      }
    } else if (status >= 500)
      find('answer that is our fault', request, `answered ${status} ${code}`)
  }

  async function fetchOnce(api: ApiMember, request: Request, signal: AbortSignal): Promise<Answer> {
    const { method, path, body, token, headers } = request
    const isText = typeof body === 'string'
    const response = await fetch(api.url + path, {
      method,
      signal,
      headers: {
        ...(body !== undefined && { 'content-type': isText ? 'text/csv' : 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') && text !== ''
    const { status, headers: answered } = response
    return { status, headers: answered, body: isJson ? JSON.parse(text) : text }
  }

  /** Aborts when the answer is late by the machine's own measure. */
  async function withLimit<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController()
    const stalledBefore = stalls.total()
    const since = performance.now()
    const look = () => {
      const waited = performance.now() - since - (stalls.total() - stalledBefore)
      if (waited < maxAnswerMs + MARGIN_MS) {
        timer = setTimeout(look, maxAnswerMs + MARGIN_MS - waited)
      } else late.abort()
    }
    let timer = setTimeout(look, maxAnswerMs + MARGIN_MS)
    return await work(late.signal).finally(() => clearTimeout(timer))
  }

  function failed(api: ApiMember, request: Request, since: number, error: unknown): Outcome {
    const code = codeOf(error)
    if (code === 'ECONNREFUSED') {
      skippedUntil.set(api, performance.now() + SKIPPED_MS)
      return { kind: 'unsent' }
    }
    if (code === 'AbortError') find('no answer in time', request, `from ${api.name}`)
    else {
      statistics.broken += 1
      if (api.isRunning() && !api.wasDisturbed(since - BEFORE_MS)) {
        find('connection that broke for no reason', request, `to ${api.name}: ${code}`)
      }
    }
    return { kind: 'open' }
  }

  async function sendTo(api: ApiMember, request: Request): Promise<Outcome> {
    const since = performance.now()
    statistics.requests += 1
    try {
      const answer = await withLimit((signal) => fetchOnce(api, request, signal))
      const took = performance.now() - since
      if (took > statistics.slowest) {
        statistics.slowest = took
        statistics.slowestPath.path = `${request.method} ${request.path}`
      }
      judge(request, answer)
      return { kind: 'answered', answer }
    } catch (error) {
      return failed(api, request, since, error)
    }
  }

  return async (request) => {
    for (let attempt = 0; attempt < apis.length; attempt += 1) {
      const api = choose()
      if (api === undefined) break
      const outcome = await sendTo(api, request)
      if (outcome.kind !== 'unsent') return outcome
    }
    statistics.unsent += 1
    await delay(SKIPPED_MS)
    return { kind: 'unsent' }
  }
}
