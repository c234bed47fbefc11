import { STATUS_CODES } from 'node:http'
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HTTPMethods,
} from 'fastify'
import { codeOf, knownError } from '../database/errors.ts'
import { AppError, methodNotAllowed } from '../errors.ts'
import { wrongBodyType } from './body/form-body.ts'
import { methodsOfLiteral } from './literal-paths.ts'
import { oauthError } from './oauth-error.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']

type FrameworkError = readonly [
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
]

/** Fastify errors caused by the caller, by Fastify's code: our status, code and message. */
const FRAMEWORK_ERRORS: Readonly<Record<string, FrameworkError>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'malformed_json', 'The request body is not valid JSON'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed_json', 'The request body is empty'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'bad_request',
    'The length of the request body differs from its Content-Length',
  ],
  FST_CP_ERR_INVALID_CONTENT_ENCODING: [
    415,
    'unsupported_media_type',
    'Send the request body as it is, or with the Content-Encoding gzip',
    { 'accept-encoding': 'gzip, identity' },
  ],
  FST_ERR_BAD_URL: [400, 'bad_request', 'The path is not a valid URL path'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'url_too_long', 'The path is too long'],
}

const bodyTooLarge = ({ routeOptions }: FastifyRequest, cause: unknown) =>
  new AppError(
    413,
    'body_too_large',
    `The request body is larger than ${routeOptions.bodyLimit} bytes`,
    { cause },
  )

/**
 * Converts any error to an AppError. An unknown one becomes 500, and its message is only logged.
 */
function toAppError(error: unknown, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error
  if (codeOf(error) === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(request, error)
  if (codeOf(error) === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return wrongBodyType(request.routeOptions.config)
  }
  const framework = FRAMEWORK_ERRORS[codeOf(error)]
  if (framework) {
    const [status, code, message, headers = {}] = framework
    return new AppError(status, code, message, { cause: error, headers })
  }
  if (error instanceof SyntaxError) {
    return new AppError(400, 'malformed_json', 'The request body is not valid JSON', {
      cause: error,
    })
  }
  const known = knownError(error)
  if (known) return known
  const { statusCode = 500 } = error as FastifyError
  if (statusCode >= 400 && statusCode < 500) {
    return new AppError(statusCode, 'bad_request', 'The request could not be understood', {
      cause: error,
    })
  }
  return new AppError(500, 'internal_error', 'Something went wrong on our side', { cause: error })
}

/** The RFC 9457 body of an error. */
export function problemBody(error: AppError, requestId: string) {
  const { status, code, message, options } = error
  return {
    type: `urn:passbook:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    code,
    request_id: requestId,
    ...(options.errors ? { errors: options.errors } : {}),
  }
}

/**
 * Headers that describe the answer a problem replaces; a file download may fail after they were
 * set.
 */
const ANSWER_HEADERS = ['content-encoding', 'content-length', 'content-disposition', 'etag']

function dropHeaders(reply: FastifyReply): void {
  for (const name of ANSWER_HEADERS) {
    reply.removeHeader(name)
    // Already set on the raw response if a stream was about to be sent.
    if (!reply.raw.headersSent) reply.raw.removeHeader(name)
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the problem that it was answered with, if it was. */
    problemCode?: string
  }
}

/** Sends an error as problem+json. A 503 is logged as a warning, any other 5xx as an error. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const appError = toAppError(error, request)
  if (appError.status === 503) request.log.warn({ err: appError }, 'request refused')
  else if (appError.status >= 500) request.log.error({ err: error }, 'request failed')
  request.problemCode = appError.code
  dropHeaders(reply)
  return reply
    .code(appError.status)
    .headers({ 'x-request-id': request.id, ...appError.options.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({ ...problemBody(appError, request.id), ...oauthError(request, appError) })
}

/** Sends 405 with `Allow` if the path exists for other methods, else 404. */
function sendNotFound(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
  const path = request.url.split('?', 1)[0] ?? '/'
  const allowed =
    methodsOfLiteral(path) ?? METHODS.filter((method) => app.findRoute({ method, url: path }))
  // The path and method may exist while the file behind them does not.
  const isAllowed = allowed.some((method) => method === request.method)
  const error =
    allowed.length > 0 && !isAllowed
      ? methodNotAllowed(request.method, allowed)
      : new AppError(404, 'not_found', 'There is nothing at this path')
  return sendProblem(error, request, reply)
}

/** Answers unknown paths and methods with problem+json before any other check. */
export function installProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => sendNotFound(app, request, reply))
  // Before the body is read: an unknown path must not answer with an error about the body.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) sendNotFound(app, request, reply)
    else done()
  })
}
