import { literal, type Members } from './code.ts'
import { component } from './document.ts'
import { asObject, asString, type Json, type JsonObject, join, RefusedError } from './json.ts'

/** The responses that an operation with this request header must document. */
const PROMISES: Readonly<Record<string, readonly string[]>> = {
  'Idempotency-Key': ['409', '422'],
  'If-Match': ['412'],
  'If-None-Match': ['304'],
}

/**
 * The conventions of an operation: retries by `Idempotency-Key`, preconditions by `If-Match`, an
 * `ETag` in the response, and its rate limit.
 *
 * @throws RefusedError if it accepts a header without documenting that header's responses
 */
export function conventionsOf(
  document: JsonObject,
  parameters: readonly Json[],
  node: JsonObject,
  at: string,
): Members {
  const headers = parameters
    .map((given) => component(document, given, at)[0])
    .filter((parameter) => parameter.in === 'header')
    .map((parameter) => String(parameter.name))
  const responses = asObject(node.responses, join(at, 'responses'))
  // Of a change, If-None-Match is a precondition like If-Match.
  const isChange = headers.includes('If-Match')
  for (const header of headers) {
    const name = header === 'If-None-Match' && isChange ? 'If-Match' : header
    for (const status of PROMISES[name] ?? []) {
      if (responses[status] === undefined) {
        throw new RefusedError(at, `an operation with ${header} must document ${status}`)
      }
    }
  }
  const rateLimit = asString(node['x-rate-limit'] ?? 'normal', join(at, 'x-rate-limit'))
  if (!['normal', 'strict', 'none'].includes(rateLimit)) {
    throw new RefusedError(join(at, 'x-rate-limit'), `there is no rate limit ${rateLimit}`)
  }
  if (rateLimit !== 'none' && responses['429'] === undefined) {
    throw new RefusedError(at, 'an operation with a rate limit must document 429')
  }
  const resource = node['x-resource']
  return [
    ['rateLimit', literal(rateLimit)],
    ['idempotent', String(headers.includes('Idempotency-Key'))],
    ['conditional', String(headers.includes('If-Match'))],
    ['etag', String(sendsETag(document, responses, at))],
    // The response field that holds the record; null if the response is the record itself.
    [
      'resource',
      literal(resource === undefined ? null : asString(resource, join(at, 'x-resource'))),
    ],
  ]
}

function sendsETag(document: JsonObject, responses: JsonObject, at: string): boolean {
  return Object.entries(responses).some(([status, given]) => {
    if (!status.startsWith('2')) return false
    const [response, responseAt] = component(document, given, join(at, 'responses'))
    return asObject(response.headers, responseAt).ETag !== undefined
  })
}
