/** A place in a request: a JSON Pointer into its body, or a parameter's or header's name. */
export interface Place {
  readonly in: 'path' | 'query' | 'header' | 'body'
  readonly path: string
}

/** What went wrong in one place of the input. */
export interface FieldError extends Place {
  readonly code: string
  readonly message: string
}

/** @param path a JSON Pointer; empty for the body itself */
export const inBody = (path: string): Place => ({ in: 'body', path })

export const inQuery = (name: string): Place => ({ in: 'query', path: name })

export const errorAt = (place: Place, code: string, message: string): FieldError => ({
  in: place.in,
  path: place.path,
  code,
  message,
})

/** @param path a JSON Pointer; empty for the body itself */
export const bodyError = (path: string, code: string, message: string): FieldError =>
  errorAt(inBody(path), code, message)

export const queryError = (name: string, code: string, message: string): FieldError =>
  errorAt(inQuery(name), code, message)

/**
 * An error that a caller is told about. `code` is stable and documented, `message` is public text
 * and never holds names, addresses, amounts or secrets; the `cause` is only logged.
 */
export class AppError extends Error {
  override readonly name = 'AppError'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly options: {
      readonly errors?: readonly FieldError[]
      readonly headers?: Readonly<Record<string, string>>
      readonly cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
  }
}

/** 401: no or unusable credentials. */
export const unauthorized = (detail: string, code = 'unauthorized') =>
  new AppError(401, code, detail, { headers: { 'www-authenticate': 'Bearer' } })

/** 403: known, but not allowed. */
export const forbidden = (detail: string, code = 'forbidden') => new AppError(403, code, detail)

/** 404: also what somebody else's record is answered with. */
export const notFound = (resource: string, id: number) =>
  new AppError(404, 'not_found', `${resource} with ID ${id} not found`)

/** 404 where a record is named and not numbered. */
export const notFoundByName = (resource: string, name: string) =>
  new AppError(404, 'not_found', `${resource} ${name} not found`)

/** 405: the path takes other methods. */
export const methodNotAllowed = (method: string, allowed: readonly string[]) =>
  new AppError(405, 'method_not_allowed', `This path does not take ${method}`, {
    headers: { allow: allowed.join(', ') },
  })

/** 409: contradicts what is stored. */
export const conflict = (code: string, detail: string) => new AppError(409, code, detail)

/** More mistakes of one request than these are not reported. */
export const MAX_ERRORS = 100

/** 422: the input was understood and is not acceptable. Of more than 100 errors the first are told. */
export const invalid = (errors: readonly FieldError[]) =>
  new AppError(422, 'validation_failed', 'The request has invalid values', {
    errors: errors.slice(0, MAX_ERRORS),
  })

/** How long, in seconds, a caller whom a 503 turned away should wait: full disks take longer to mend. */
const retryAfter = (seconds: number) => ({ 'retry-after': String(seconds) })

/** 503: the database does not answer, or a write lost its connection and may or may not have happened. */
export const databaseUnavailable = (cause?: unknown) =>
  new AppError(
    503,
    'database_unavailable',
    'The service cannot reach its database now; try again',
    { headers: retryAfter(1), cause },
  )

/** 503: there is no space left to store anything; reading goes on. */
export const storageFull = (cause?: unknown) =>
  new AppError(
    503,
    'storage_full',
    'The service has no space left to store this; try again later',
    {
      headers: retryAfter(30),
      cause,
    },
  )

/** 503: everything works, but not as fast as it is asked for. */
export const overloaded = (cause?: unknown) =>
  new AppError(503, 'overloaded', 'The service has too much to do now; try again', {
    headers: retryAfter(1),
    cause,
  })

/** 503: this process is about to end; others answer. */
export const stopping = (cause?: unknown) =>
  new AppError(503, 'stopping', 'The service is stopping; try again', {
    headers: retryAfter(1),
    cause,
  })

/** A reason not to start, in one sentence that says what to do. Ends the process without a stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
