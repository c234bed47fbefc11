import { accessOf } from './access.ts'
import { auditOf } from './audit.ts'
import { bodyLimitsOf } from './body-limits.ts'
import { HEADER, literal, objectLiteral } from './code.ts'
import { conventionsOf } from './conventions.ts'
import { OPERATION_DEPRECATION } from './deprecation-dates.ts'
import { deprecationsOf } from './deprecations.ts'
import {
  asArray,
  asObject,
  asString,
  asStrings,
  type JsonObject,
  join,
  RefusedError,
  refuseUnknown,
} from './json.ts'
import { generateParameters } from './parameters.ts'
import { generateBody, generateResponses, takesFile, takesForm } from './payloads.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const KNOWN = [
  'operationId',
  'tags',
  'summary',
  'description',
  'parameters',
  'requestBody',
  'responses',
  'deprecated',
  'security',
  'x-roles',
  'x-scopes',
  'x-changes',
  'x-audit',
  'x-rate-limit',
  'x-resource',
  'x-body-limit',
  ...OPERATION_DEPRECATION,
  'x-endless',
]

/**
 * The text of `operations.ts`: one constant per operation, shaped like a Fastify route without a
 * handler, and a record of them all.
 *
 * @throws RefusedError for an operation without an operationId, or with undocumented promises
 */
export function generateOperations(document: JsonObject): string {
  const names: string[] = []
  const declarations: string[] = []
  for (const [path, item] of Object.entries(asObject(document.paths, '/paths'))) {
    const at = join('/paths', path)
    const pathItem = asObject(item, at)
    refuseUnknown(pathItem, ['parameters', ...METHODS], at)
    for (const method of Object.keys(pathItem).filter((key) => METHODS.includes(key))) {
      const [name, code] = operation(document, path, method, pathItem)
      if (names.includes(name)) throw new RefusedError(at, `there are two operations ${name}`)
      names.push(name)
      declarations.push(`export const ${name} = ${code} as const\n`)
    }
  }
  const all = `export const operations = {\n${names.map((name) => `  ${name},\n`).join('')}} as const\n`
  const imports = "import { Type } from 'typebox'\nimport * as S from './schemas.ts'\n"
  const id = 'export type OperationId = keyof typeof operations\n'
  return [HEADER, imports, ...declarations, all, id].join('\n')
}

function operation(
  document: JsonObject,
  path: string,
  method: string,
  pathItem: JsonObject,
): [name: string, code: string] {
  const pathAt = join('/paths', path)
  const at = join(pathAt, method)
  const node = asObject(pathItem[method], at)
  refuseUnknown(node, KNOWN, at)
  if (!/^[a-z]\w*$/.test(String(node.operationId ?? ''))) {
    throw new RefusedError(at, 'an operation needs an operationId in camelCase')
  }
  const name = asString(node.operationId, at)
  const access = accessOf(document, node, at)
  const responses = generateResponses(document, node, at)
  const successes = responses.map(([status]) => Number(status)).filter((status) => status < 300)
  if (successes.length === 0) throw new RefusedError(at, 'an operation needs a 2xx response')
  // A creating operation may also answer 200 if there is nothing to create; its success status is
  // 201.
  const successStatus = Math.max(...successes)
  const parameters = [...asArray(pathItem.parameters, pathAt), ...asArray(node.parameters, at)]
  const schema = [
    ...generateParameters(document, path, pathItem, node),
    ...generateBody(document, node, at),
    ['response', objectLiteral(responses)] as const,
  ]
  const code = objectLiteral([
    ['operationId', literal(name)],
    ['method', literal(method.toUpperCase())],
    ['url', literal(path.replaceAll(/\{(\w+)\}/g, ':$1'))],
    ['tags', literal(asStrings(node.tags, join(at, 'tags')))],
    ...access,
    ...auditOf(node, at),
    ...conventionsOf(document, parameters, node, at),
    ...deprecationsOf(document, path, parameters, node, at),
    // Whether the body is a file, which the handler receives as a stream.
    ['takesFile', String(takesFile(node, at))],
    // Whether the body is a form and not JSON.
    ['takesForm', String(takesForm(node, at))],
    ...bodyLimitsOf(document, node, at),
    ['successStatus', String(successStatus)],
    ['schema', objectLiteral(schema)],
  ])
  return [name, code]
}
