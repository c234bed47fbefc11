import { boundsOf } from './bounds.ts'
import { literal, type Members, objectLiteral } from './code.ts'
import { component } from './document.ts'
import { asObject, type Json, type JsonObject, join, RefusedError } from './json.ts'
import { takesFile } from './payloads.ts'

/** Room for a sensible number of mistakes: each member of a body twice, and some more. */
const valuesTaken = (valid: number) => 2 * valid + 100

/**
 * How much of a body an operation reads: `bytes` as `x-body-limit` says, how many values it may hold,
 * and how many items each list of it. Null for an operation that takes no JSON.
 *
 * @throws RefusedError without `x-body-limit`, or with one that a valid body can exceed
 */
export function bodyLimitsOf(document: JsonObject, node: JsonObject, at: string): Members {
  const limitAt = join(at, 'x-body-limit')
  const bytes = node['x-body-limit']
  if (node.requestBody === undefined || takesFile(node, at)) {
    if (bytes !== undefined) throw new RefusedError(limitAt, 'only JSON bodies have a limit here')
    return [['bodyLimits', 'null']]
  }
  if (typeof bytes !== 'number') {
    throw new RefusedError(at, 'an operation that takes a body needs x-body-limit')
  }
  const schema = schemaOf(node, at)
  const longest = boundsOf(document, schema, at)
  if (bytes < longest.bytes) {
    throw new RefusedError(limitAt, `a valid body can be of ${longest.bytes} bytes`)
  }
  const limits = objectLiteral([
    ['bytes', literal(bytes)],
    ['values', literal(valuesTaken(longest.values))],
    ['lists', objectLiteral(listsOf(document, schema, at))],
  ])
  return [['bodyLimits', limits]]
}

function schemaOf(node: JsonObject, at: string): Json | undefined {
  const { content } = asObject(node.requestBody, at)
  return asObject(asObject(content, at)['application/json'], at).schema
}

/** The lists among the members of a body, and how many items they take. */
function listsOf(document: JsonObject, schema: Json | undefined, at: string): Members {
  const [body] = component(document, schema, at)
  const members = Object.entries(asObject(body.properties, at))
  return members.flatMap(([name, given]): Members => {
    const property = asObject(given, at)
    const [found] = property.$ref === undefined ? [property] : component(document, property, at)
    return found.type === 'array' ? [[name, String(found.maxItems)]] : []
  })
}
