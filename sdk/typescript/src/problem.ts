import type { ValidationProblem } from './generated/types.gen.ts'

/** Why one value of a request is refused. */
export type FieldError = ValidationProblem['errors'][number]

/** What the service answers in place of a result: RFC 9457, with a stable `code`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** For programs: `not_found`, `validation_failed`, … `unknown` where the answer is not Passbook's. */
  readonly code: string
  /** The values that a 422 refuses, and why. */
  readonly errors: readonly FieldError[]
  /** Quote it when you report a fault. */
  readonly requestId: string | undefined
  /** Seconds after which to try again, where the service says so. */
  readonly retryAfter: number | undefined

  constructor(response: Response, body: unknown) {
    const { title, detail, code, errors, request_id } = isProblem(body) ? body : {}
    super(detail ?? title ?? `The service answered with ${response.status}.`)
    this.status = response.status
    this.code = code ?? 'unknown'
    this.errors = errors ?? []
    this.requestId = request_id ?? response.headers.get('x-request-id') ?? undefined
    this.retryAfter = readRetryAfter(response.headers)
  }

  /**
   * The errors of one value.
   *
   * @param path a JSON Pointer into the body, such as `/email`, or the name of a parameter
   */
  errorsAt(path: string): readonly FieldError[] {
    return this.errors.filter((error) => error.path === path)
  }
}

/** No answer came: the service cannot be reached, or took too long. `cause` says why. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

/** What was waited for did not come about in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

const isProblem = (body: unknown): body is Partial<ValidationProblem> =>
  typeof body === 'object' && body !== null

/** The seconds of `Retry-After`, which may also be a date. */
export function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
