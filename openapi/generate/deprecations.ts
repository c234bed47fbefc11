import { literal, type Members, objectLiteral } from './code.ts'
import { datesOf, SUCCESSOR } from './deprecation-dates.ts'
import { component } from './document.ts'
import {
  asArray,
  asObject,
  asString,
  type Json,
  type JsonObject,
  join,
  RefusedError,
} from './json.ts'
import { bodySchema, takesFile } from './payloads.ts'

const HEADERS = ['Deprecation', 'Sunset']
/** A member of each item of a list. */
const EACH = '*'

/** One deprecated part of an operation's requests; the operation itself has no place. */
function entry(
  dates: readonly [since: Date, sunset: Date],
  place: string | null,
  path: readonly string[],
  successor: string | null = null,
): string {
  return objectLiteral([
    ['in', literal(place)],
    ['path', literal(path)],
    // As in the headers: a date of RFC 9651 in seconds, and an HTTP-date.
    ['since', String(dates[0].getTime() / 1000)],
    ['sunset', literal(dates[1].toUTCString())],
    ['successor', literal(successor)],
  ])
}

function ofParameter(document: JsonObject, given: Json, at: string): readonly string[] {
  const [node, nodeAt] = component(document, given, at)
  const dates = datesOf(node, nodeAt)
  if (dates === undefined) return []
  if (node.in === 'path') throw new RefusedError(nodeAt, 'a part of a path cannot be deprecated')
  return [entry(dates, asString(node.in, nodeAt), [asString(node.name, nodeAt)])]
}

/** The deprecated fields of a body, inside lists and forms too. */
function ofBody(
  document: JsonObject,
  given: Json | undefined,
  at: string,
  path: readonly string[],
): readonly string[] {
  const schema = asObject(given, at)
  const dates = datesOf(schema, at)
  if (dates !== undefined && schema.default !== undefined) {
    throw new RefusedError(at, 'a deprecated field has no default: every request would use it')
  }
  const own = dates === undefined || path.length === 0 ? [] : [entry(dates, 'body', path)]
  if (schema.$ref !== undefined) {
    const [resolved, resolvedAt] = component(document, schema, at)
    return [...own, ...ofBody(document, resolved, resolvedAt, path)]
  }
  const fields = Object.entries(asObject(schema.properties, at))
  return [
    ...own,
    ...fields.flatMap(([name, field]) =>
      ofBody(document, field, join(join(at, 'properties'), name), [...path, name]),
    ),
    ...asArray(schema.anyOf, at).flatMap((form) => ofBody(document, form, at, path)),
    ...(schema.items === undefined ? [] : ofBody(document, schema.items, at, [...path, EACH])),
  ]
}

/** The path that takes a deprecated operation's place. */
function successorOf(
  document: JsonObject,
  path: string,
  node: JsonObject,
  at: string,
): string | null {
  if (node[SUCCESSOR] === undefined) return null
  const successor = asString(node[SUCCESSOR], join(at, SUCCESSOR))
  const unknown = [...successor.matchAll(/\{\w+\}/g)].some(([name]) => !path.includes(name))
  if (asObject(document.paths, '/paths')[successor] === undefined || unknown) {
    throw new RefusedError(join(at, SUCCESSOR), `${successor} does not follow from this path`)
  }
  return successor
}

/**
 * What of an operation is deprecated: the operation, parameters, and fields of its body.
 *
 * @throws RefusedError for missing dates, and for responses that lack the headers which announce them
 */
export function deprecationsOf(
  document: JsonObject,
  path: string,
  parameters: readonly Json[],
  node: JsonObject,
  at: string,
): Members {
  const dates = datesOf(node, at)
  const hasBody = node.requestBody !== undefined && !takesFile(node, at)
  const [schema, schemaAt] = hasBody ? bodySchema(node, at) : [undefined, at]
  const entries = [
    ...(dates === undefined ? [] : [entry(dates, null, [], successorOf(document, path, node, at))]),
    ...parameters.flatMap((parameter) => ofParameter(document, parameter, at)),
    ...ofBody(document, schema, schemaAt, []),
  ]
  if (entries.length > 0) requireHeaders(document, node, at)
  return [['deprecations', `[${entries.join(', ')}]`]]
}

function requireHeaders(document: JsonObject, node: JsonObject, at: string): void {
  const responsesAt = join(at, 'responses')
  for (const [status, given] of Object.entries(asObject(node.responses, responsesAt))) {
    const [response, responseAt] = component(document, given, join(responsesAt, status))
    const documented = asObject(response.headers, responseAt)
    const missing = HEADERS.find((name) => documented[name] === undefined)
    if (missing) throw new RefusedError(responseAt, `an answer to deprecated use has ${missing}`)
  }
}
