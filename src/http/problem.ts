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
import { methodsOfLiteral } from './literal-paths.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']

/** Errors of Fastify itself that are the caller's: its code -> ours and a text for the caller. */
const FRAMEWORK_ERRORS: Readonly<Record<string, readonly [number, string, string]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'malformed_json', 'The request body is not valid JSON'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed_json', 'The request body is empty'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'bad_request',
    'The request body is not as long as its Content-Length says',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    415,
    'unsupported_media_type',
    'Send the request body as application/json',
  ],
  FST_CP_ERR_INVALID_CONTENT_ENCODING: [
    415,
    'unsupported_media_type',
    'Send the request body as it is, or with the Content-Encoding gzip',
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

/** Every error as one of ours: what is not known is 500, its text kept for the log alone. */
function toAppError(error: unknown, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error
  if (codeOf(error) === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(request, error)
  const framework = FRAMEWORK_ERRORS[codeOf(error)]
  if (framework) return new AppError(...framework, { cause: error })
  if (error instanceof SyntaxError) {
    return new AppError(400, 'malformed_json', 'The request body is not valid JSON', {
      cause: error,
    })
  }
  const known = knownError(error)
  if (known) return known
  const { statusCode = 500 } = error as FastifyError
  if (statusCode >= 400 && statusCode < 500) {
    return new AppError(statusCode, 'bad_request', 'The request cannot be understood', {
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

/** Headers of the answer that a problem takes the place of; what was to be a file may have failed underway. */
const NOT_OF_PROBLEMS = ['content-encoding', 'content-length', 'content-disposition', 'etag']

function dropHeaders(reply: FastifyReply): void {
  for (const name of NOT_OF_PROBLEMS) {
    reply.removeHeader(name)
    // There already when a stream was about to be sent.
    if (!reply.raw.headersSent) reply.raw.removeHeader(name)
  }
}

/** Answers with problem+json. What is ours to mend is logged; what a dependency did to us, as a warning. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const appError = toAppError(error, request)
  if (appError.status === 503) request.log.warn({ err: appError }, 'request turned away')
  else if (appError.status >= 500) request.log.error({ err: error }, 'request failed')
  dropHeaders(reply)
  return reply
    .code(appError.status)
    .headers({ 'x-request-id': request.id, ...appError.options.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemBody(appError, request.id))
}

/** Answers a path that exists under other methods with 405 and `Allow`, any other with 404. */
function sendNotFound(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
  const path = request.url.split('?', 1)[0] ?? '/'
  const allowed =
    methodsOfLiteral(path) ?? METHODS.filter((method) => app.findRoute({ method, url: path }))
  // A handler may find nothing where its route is right, as for a file.
  const taken = allowed.some((method) => method === request.method)
  const error =
    allowed.length > 0 && !taken
      ? methodNotAllowed(request.method, allowed)
      : new AppError(404, 'not_found', 'There is nothing at this path')
  return sendProblem(error, request, reply)
}

/** Answers paths and methods that are not there with a problem+json, before anything else is looked at. */
export function installProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => sendNotFound(app, request, reply))
  // Before a body is looked at: what is wrong with it does not matter at a path that is not there.
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return sendNotFound(app, request, reply)
  })
}
