import { boundsOf } from './bounds.ts'
import { literal, type Members, objectLiteral } from './code.ts'
import { component } from './document.ts'
import { asObject, type Json, type JsonObject, join, RefusedError } from './json.ts'
import { bodySchema, takesFile, takesForm } from './payloads.ts'

/** A form may write each byte as a percent sign and two digits. */
const BYTES_PER_FORM_BYTE = 3

/** The most values of a body. It leaves room for mistakes: each member twice, and some more. */
const maxValues = (valid: number) => 2 * valid + 100

/**
 * The limits of an operation's body: `bytes` from `x-body-limit`, the most values it may contain,
 * and the most items per list. Null for an operation without a JSON body or form.
 *
 * @throws RefusedError if `x-body-limit` is missing, or a valid body can exceed it
 */
export function bodyLimitsOf(document: JsonObject, node: JsonObject, at: string): Members {
  const limitAt = join(at, 'x-body-limit')
  const bytes = node['x-body-limit']
  if (node.requestBody === undefined || takesFile(node, at)) {
    if (bytes !== undefined)
      throw new RefusedError(limitAt, 'only JSON bodies and forms have a limit here')
    return [['bodyLimits', 'null']]
  }
  if (typeof bytes !== 'number') {
    throw new RefusedError(at, 'an operation that takes a body needs x-body-limit')
  }
  const [schema] = bodySchema(node, at)
  const largest = boundsOf(document, schema, at)
  const largestBytes = largest.bytes * (takesForm(node, at) ? BYTES_PER_FORM_BYTE : 1)
  if (bytes < largestBytes) {
    throw new RefusedError(limitAt, `a valid body can have ${largestBytes} bytes`)
  }
  const limits = objectLiteral([
    ['bytes', literal(bytes)],
    ['values', literal(maxValues(largest.values))],
    ['lists', objectLiteral(listsOf(document, schema, at))],
  ])
  return [['bodyLimits', limits]]
}

/** The lists among the body's members, and the most items of each. */
function listsOf(document: JsonObject, schema: Json | undefined, at: string): Members {
  const [body] = component(document, schema, at)
  const members = Object.entries(asObject(body.properties, at))
  return members.flatMap(([name, given]): Members => {
    const property = asObject(given, at)
    const [resolved] = property.$ref === undefined ? [property] : component(document, property, at)
    return resolved.type === 'array' ? [[name, String(resolved.maxItems)]] : []
  })
}
