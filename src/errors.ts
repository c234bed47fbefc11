/** A place in a request: a JSON Pointer into the body, or the name of a parameter or header. */
export interface Place {
  readonly in: 'path' | 'query' | 'header' | 'body'
  readonly path: string
}

/** An error at one place of the request. */
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
 * An error that is reported to the caller. `code` is stable and documented. `message` is public
 * and never contains names, addresses, amounts or secrets. `cause` is only logged.
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

/** 401: missing or unusable credentials. */
export const unauthorized = (detail: string, code = 'unauthorized') =>
  new AppError(401, code, detail, { headers: { 'www-authenticate': 'Bearer' } })

/** 403: the caller is known, but not allowed. */
export const forbidden = (detail: string, code = 'forbidden') => new AppError(403, code, detail)

/** 404: also used for another user's record, so as not to reveal that it exists. */
export const notFound = (resource: string, id: number) =>
  new AppError(404, 'not_found', `${resource} with ID ${id} not found`)

/** 404 for a record identified by name instead of ID. */
export const notFoundByName = (resource: string, name: string) =>
  new AppError(404, 'not_found', `${resource} ${name} not found`)

/** 405: the path does not support the method. */
export const methodNotAllowed = (method: string, allowed: readonly string[]) =>
  new AppError(405, 'method_not_allowed', `This path does not support ${method}`, {
    // HEAD is served wherever GET is.
    headers: { allow: allowed.join(', ').replace('GET', 'GET, HEAD') },
  })

/** 409: the request contradicts what is stored. */
export const conflict = (code: string, detail: string) => new AppError(409, code, detail)

/** At most this many errors are reported per request. */
export const MAX_ERRORS = 100

/** 422: the request was understood but has invalid values. At most `MAX_ERRORS` are reported. */
export const invalid = (errors: readonly FieldError[]) =>
  new AppError(422, 'validation_failed', 'The request has invalid values', {
    errors: errors.slice(0, MAX_ERRORS),
  })

/** How long a caller should wait after a 503, in seconds; a full disk takes longer to fix. */
const retryAfter = (seconds: number) => ({ 'retry-after': String(seconds) })

/**
 * 503: the database does not answer. A write that lost its connection may or may not have
 * happened.
 */
export const databaseUnavailable = (cause?: unknown) =>
  new AppError(
    503,
    'database_unavailable',
    'The service cannot reach its database now; try again',
    { headers: retryAfter(1), cause },
  )

/** 503: no space is left for writes; reads still work. */
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

/** 503: the service works, but not as fast as requests arrive. */
export const overloaded = (cause?: unknown) =>
  new AppError(503, 'overloaded', 'The service has too much to do now; try again', {
    headers: retryAfter(1),
    cause,
  })

/** 503: this process is stopping; others still serve. */
export const stopping = (cause?: unknown) =>
  new AppError(503, 'stopping', 'The service is stopping; try again', {
    headers: retryAfter(1),
    cause,
  })

/**
 * Why a process cannot start, in one sentence that says what to do. Printed without a stack trace.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
