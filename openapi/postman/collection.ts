import {
  asArray,
  asObject,
  asString,
  type JsonObject,
  join,
  RefusedError,
} from '../generate/json.ts'
import { type Operation, readOperations } from './operations.ts'
import { LAST, toFolders } from './order.ts'
import { toRequest } from './request.ts'
import { testScript } from './script.ts'
import { capturesOf, pathVariables } from './variables.ts'

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'

const DESCRIPTION = `Every operation of the service whose answer ends, in an order in which the whole collection runs in one go.
Set \`username\` and \`password\` to those of an admin, and \`base_url\` to where the service is.
Generated from the OpenAPI document by \`npm run postman\`.`

/** What whoever runs the collection sets. */
const SETTINGS = { base_url: 'http://127.0.0.1:3000', username: 'admin', password: '' }

function refuseUnmade(operation: Operation, stored: ReadonlySet<string>): void {
  const unmade = pathVariables(operation.path).find((variable) => !stored.has(variable))
  if (unmade === undefined) return
  throw new RefusedError(join('/paths', operation.path), `no operation makes a ${unmade}`)
}

/**
 * The collection of an OpenAPI document. The same document gives the same collection.
 * @throws RefusedError when a path needs the id of something that no operation makes
 */
export function toCollection(document: JsonObject): JsonObject {
  const operations = readOperations(document)
  const captures = new Map(
    operations.map((operation) => [operation, capturesOf(document, operation)] as const),
  )
  const stored = new Set([...captures.values()].flat().map(({ variable }) => variable))
  const steps = operations.map((operation) => {
    refuseUnmade(operation, stored)
    const request = toRequest(operation, stored)
    return { operation, request, text: JSON.stringify(request) }
  })
  const toItem = ({ operation, request }: (typeof steps)[number]): JsonObject => ({
    name: operation.summary,
    event: [
      {
        listen: 'test',
        script: {
          type: 'text/javascript',
          exec: testScript(document, operation, captures.get(operation) ?? []),
        },
      },
    ],
    request,
  })
  const isLast = ({ operation }: (typeof steps)[number]) => LAST.includes(operation.operationId)
  const last = LAST.flatMap((id) => steps.filter(({ operation }) => operation.operationId === id))
  const tags = asArray(document.tags, '/tags').map((tag) => asObject(tag, '/tags'))
  const folders = toFolders(
    tags.map(({ name }) => asString(name, '/tags')),
    steps.filter((step) => !isLast(step)),
  )
  const variables = [
    ...Object.entries(SETTINGS),
    ...[...stored].sort().map((name) => [name, ''] as const),
  ]
  return {
    info: { name: 'Passbook', description: DESCRIPTION, schema: SCHEMA },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    variable: variables.map(([key, value]) => ({ key, value })),
    item: [
      ...folders.map((folder) => ({
        name: folder.tag,
        description: tags.find(({ name }) => name === folder.tag)?.description ?? '',
        item: folder.steps.map(toItem),
      })),
      ...last.map(toItem),
    ],
  }
}
