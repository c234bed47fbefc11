import { boundsOf } from './bounds.ts'
import { literal, type Members, objectLiteral } from './code.ts'
import { DEPRECATION } from './deprecation-dates.ts'
import { component } from './document.ts'
import {
  asArray,
  asObject,
  asString,
  type JsonObject,
  join,
  RefusedError,
  refuseUnknown,
} from './json.ts'
import { COMPONENT_PREFIX, toTypeBox } from './typebox.ts'

interface Parameter {
  readonly place: string
  readonly name: string
  /** The name in the document, in its original case. */
  readonly documented: string
  readonly code: string
  /** The schema of all parameters that have no name of their own. */
  readonly others?: string
}

const KNOWN = [
  'name',
  'in',
  'description',
  'required',
  'schema',
  'example',
  'examples',
  'deprecated',
  'style',
  'explode',
  ...DEPRECATION,
]

/**
 * The `params`, `querystring` and `headers` of an operation. The query schema always exists and is
 * closed, so that unknown parameters are refused. The exception is an object of style `form`,
 * whose schema all other parameters must match. Headers are open, and lower-cased like in Node.js.
 *
 * @throws RefusedError if the parameters do not match the path
 */
export function generateParameters(
  document: JsonObject,
  path: string,
  pathItem: JsonObject,
  operation: JsonObject,
): Members {
  const at = join('/paths', path)
  const given = [...asArray(pathItem.parameters, at), ...asArray(operation.parameters, at)]
  const parameters = given.map((node) => parameter(document, node as JsonObject, at))
  const inPlace = (place: string) => parameters.filter((one) => one.place === place)
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
  const described = inPlace('path').map((one) => one.name)
  if (inPath.toSorted().join() !== described.toSorted().join()) {
    throw new RefusedError(at, `its path parameters (${described.join()}) do not match the path`)
  }
  const schema: [string, string][] = []
  if (inPath.length > 0) schema.push(['params', objectType(inPlace('path'), 'false')])
  const named = inPlace('query').filter(({ others }) => others === undefined)
  const [rest] = inPlace('query').flatMap(({ others }) => others ?? [])
  schema.push(['querystring', objectType(named, rest ?? 'false')])
  if (inPlace('header').length > 0) schema.push(['headers', headersType(inPlace('header'))])
  return schema
}

function parameter(document: JsonObject, given: JsonObject, at: string): Parameter {
  const [node, nodeAt] = component(document, given, at)
  refuseUnknown(node, KNOWN, nodeAt)
  const place = asString(node.in, join(nodeAt, 'in'))
  if (!['path', 'query', 'header'].includes(place)) {
    throw new RefusedError(nodeAt, `a parameter in ${place} is not supported`)
  }
  const name = asString(node.name, join(nodeAt, 'name'))
  const schemaAt = join(nodeAt, 'schema')
  const schema = asObject(node.schema, schemaAt)
  if (node.style !== undefined) return exploded(document, node, schema, name, nodeAt)
  boundsOf(document, schema, schemaAt)
  const code = toTypeBox(schema, schemaAt, { prefix: COMPONENT_PREFIX })
  // Defaults are filled in before validation, so a parameter with one is always present.
  const present = node.required === true || schema.default !== undefined
  return {
    place,
    name: place === 'header' ? name.toLowerCase() : name,
    documented: name,
    code: present ? code : `Type.Optional(${code})`,
  }
}

/**
 * An object in the query: `name[key]=value` (style `deepObject`), or `key=value` for any other key
 * (`form`).
 */
function exploded(
  document: JsonObject,
  node: JsonObject,
  given: JsonObject,
  name: string,
  at: string,
): Parameter {
  const style = asString(node.style, join(at, 'style'))
  if (node.in !== 'query' || node.explode !== true || !['deepObject', 'form'].includes(style)) {
    throw new RefusedError(at, 'only exploded objects in the query may have a style')
  }
  const [schema, schemaAt] =
    given.$ref === undefined
      ? ([given, join(at, 'schema')] as const)
      : component(document, given, at)
  const othersAt = join(schemaAt, 'additionalProperties')
  boundsOf(document, schema.additionalProperties, othersAt)
  const parameter = { place: 'query', name, documented: name }
  if (style === 'deepObject') {
    const code = toTypeBox(given, join(at, 'schema'), { prefix: COMPONENT_PREFIX })
    return { ...parameter, code: `Type.Optional(${code})` }
  }
  const others = toTypeBox(schema.additionalProperties, othersAt, { prefix: COMPONENT_PREFIX })
  return { ...parameter, code: '', others }
}

const membersOf = (parameters: readonly Parameter[]): string =>
  objectLiteral(parameters.map(({ name, code }) => [name, code]))

const objectType = (parameters: readonly Parameter[], open: string): string =>
  `Type.Object(${membersOf(parameters)}, { additionalProperties: ${open} })`

/** Errors refer to headers by their documented names. */
function headersType(parameters: readonly Parameter[]): string {
  const names = objectLiteral(parameters.map(({ name, documented }) => [name, literal(documented)]))
  const options = objectLiteral([
    ['additionalProperties', 'true'],
    ['x-names', names],
  ])
  return `Type.Object(${membersOf(parameters)}, ${options})`
}
