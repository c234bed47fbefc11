import { assertDocumented, assertDocumentedHeaders } from '../../setup/http/response-check.ts'
import { refusalOf } from '../access.ts'
import type { Actor } from '../cast.ts'
import type { Answer, WireRequest } from '../client/client.ts'
import { Finding, type FindingKind } from '../finding.ts'
import type { Operation } from '../operations.ts'

/** A request with what is known of it. */
export interface Request extends WireRequest {
  /** The operation it is meant for; absent where it is none of the document's. */
  readonly operation?: Operation
  readonly actor: Actor
  /** Whether it is odd as HTTP: then it may be refused before any operation is found. */
  readonly odd?: boolean
  /** What the document does not allow in it. */
  readonly violations: readonly string[]
}

/** A request and its answer; `body` is parsed where it is JSON. */
export interface Exchange {
  readonly request: Request
  readonly answer: Answer
  // biome-ignore lint/suspicious/noExplicitAny: any field is read; its shape was checked against the document
  readonly body: any
}

/** What a server may say of HTTP itself, whatever the operation. */
const OF_HTTP = [400, 404, 405, 406, 408, 411, 413, 414, 415, 417, 426, 431]
/** Said by the schema alone; what else is wrong with a fitting value has a code of its own. */
const OF_SCHEMA =
  /^(type|required|enum|const|pattern|format|form|min|max|exclusive|uniqueItems|unknown_field|unknown_parameter)/
const MIN_SECRET_LENGTH = 8
/** From how many characters of path, query and headers on the server may refuse to read them. */
export const MAX_HEAD_LENGTH = 8_000

const typeOf = ({ headers }: Answer): string | undefined =>
  headers['content-type']?.toString().split(';', 1)[0]

/** Where a finding belongs: its operation, or the method alone where it is none. */
export const placeOf = ({ operation, method }: Request): string =>
  operation === undefined ? `${method} elsewhere` : operation.operationId

/** Reads an answer's body. @throws Finding for JSON that is none */
export function exchangeOf(request: Request, answer: Answer): Exchange {
  const isJson = answer.text !== '' && typeOf(answer)?.endsWith('json')
  try {
    return { request, answer, body: isJson ? JSON.parse(answer.text) : answer.text }
  } catch {
    throw new Finding('undocumented', placeOf(request), `${answer.status}: the JSON is broken`)
  }
}

/** Throws what is wrong with an answer, by what holds for all answers. */
export function judge(exchange: Exchange, secrets: readonly string[] = []): void {
  const { request, answer, body } = exchange
  const { operation, violations, odd = false, actor } = request
  const { status, headers } = answer
  const fail = (kind: FindingKind, what: string): never => {
    throw new Finding(kind, placeOf(request), `${status}: ${what}`)
  }
  if (status >= 500) fail('server-error', body?.code ?? 'no problem+json')
  if (!headers['x-request-id']) fail('bad-problem', 'X-Request-Id is missing')
  const isHead = request.method === 'HEAD'
  if (isHead && answer.text !== '') fail('undocumented', 'an answer to HEAD has a body')
  if (status >= 400 && !isHead) judgeProblem(exchange, secrets, fail)
  if (operation === undefined || (odd && OF_HTTP.includes(status))) return
  if (!isHead) judgeDocumented(operation, exchange, fail)
  const refusal = refusalOf(operation, actor)
  if (refusal !== undefined && status !== refusal) {
    fail('wrong-access', `${actor.name} has to get ${refusal}`)
  }
  if (status < 300 && violations.length > 0) fail('accepted-invalid', violations.join(', '))
  if (odd || violations.length > 0) return
  const codes: readonly string[] =
    status === 422 && Array.isArray(body?.errors)
      ? body.errors.map((error: { readonly code: string }) => error.code)
      : []
  // Where any name may be a column's, a name that is none is not the schema's to refuse.
  const ofSchema = codes.filter(
    (code) => OF_SCHEMA.test(code) && !(operation.freeQuery && code === 'unknown_parameter'),
  )
  // A file is nameless or empty, and a grant unknown, for reasons that no schema knows.
  const isOwn = operation.takesFile || operation.takesForm
  if (ofSchema.length > 0 && !isOwn) fail('refused-valid', ofSchema.join(', '))
  const isWithin = (request.body?.length ?? 0) <= (operation.bodyLimits?.bytes ?? 0)
  const isRefused = [400, 415].includes(status) || (status === 413 && isWithin)
  if (isRefused && !isOwn) fail('refused-valid', body?.code)
}

type Fail = (kind: FindingKind, what: string) => never

function judgeDocumented(operation: Operation, exchange: Exchange, fail: Fail): void {
  const { answer, body, request } = exchange
  const { status, headers, text } = answer
  const contentType = text === '' ? undefined : headers['content-type']?.toString()
  // An empty file is a file.
  const isEmptyFile = text === '' && status === 200
  // One that we let go of is not whole.
  const isWhole = request.stop !== 'begin'
  try {
    if (!isEmptyFile && isWhole) {
      assertDocumented(operation.operationId, { status, contentType, body })
    }
    assertDocumentedHeaders(operation.operationId, status, headers)
  } catch (error) {
    fail('undocumented', (error as Error).message)
  }
}

function judgeProblem({ answer, body }: Exchange, secrets: readonly string[], fail: Fail): void {
  const { status, headers } = answer
  if (typeOf(answer) !== 'application/problem+json') {
    // Readiness says in its own words that it is not ready.
    fail('bad-problem', `sent as ${typeOf(answer)}`)
  }
  if (body?.status !== status) fail('bad-problem', `the body says ${body?.status}`)
  if (body.type !== `urn:passbook:problem:${body.code}`) fail('bad-problem', 'type and code differ')
  if (body.request_id !== headers['x-request-id']) fail('bad-problem', 'request_id differs')
  for (const field of ['title', 'detail', 'code']) {
    if (typeof body[field] !== 'string' || body[field] === '') {
      fail('bad-problem', `${field} is empty`)
    }
  }
  const told = secrets.find(
    (secret) => secret.length >= MIN_SECRET_LENGTH && answer.text.includes(secret),
  )
  if (told !== undefined) fail('secret-told', `${body.code} repeats a secret that was sent`)
}
