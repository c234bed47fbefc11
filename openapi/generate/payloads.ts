import { type Members, objectLiteral } from './code.ts'
import { component } from './document.ts'
import {
  asObject,
  asString,
  type Json,
  type JsonObject,
  join,
  RefusedError,
  refuseUnknown,
} from './json.ts'
import { componentSchemas, leavesItemsToHandler, uncheckedName } from './schemas.ts'
import { COMPONENT_PREFIX, referredName, toTypeBox } from './typebox.ts'

/** Media types of uploads: passed on as streams, and checked by whoever reads them. */
const FILES = ['text/csv', 'multipart/form-data']
/** The media type of a form whose fields are checked as those of a JSON body are. */
const FORM = 'application/x-www-form-urlencoded'
/** Media types of streamed responses. */
const STREAMS = ['text/csv', 'text/event-stream']

/** Whether the operation's body is an upload of any size. */
export function takesFile(node: JsonObject, at: string): boolean {
  if (node.requestBody === undefined) return false
  const content = asObject(asObject(node.requestBody, at).content, join(at, 'requestBody'))
  return Object.keys(content).every((type) => FILES.includes(type))
}

/** Whether the operation's body is a form. */
export function takesForm(node: JsonObject, at: string): boolean {
  const content = asObject(asObject(node.requestBody, at).content, join(at, 'requestBody'))
  return content[FORM] !== undefined
}

/**
 * The schema of an operation's body, and where it is.
 *
 * @throws RefusedError for other media types than JSON, or else a form
 */
export function bodySchema(
  node: JsonObject,
  at: string,
): readonly [schema: JsonObject, at: string] {
  const type = takesForm(node, at) ? FORM : 'application/json'
  const contentAt = join(join(at, 'requestBody'), 'content')
  const content = asObject(asObject(node.requestBody, at).content, contentAt)
  refuseUnknown(content, [type], contentAt)
  const mediaAt = join(contentAt, type)
  return [asObject(asObject(content[type], mediaAt).schema, mediaAt), mediaAt]
}

/** Values of a form are text. */
function refuseOtherThanText(schema: Json | undefined, at: string): void {
  for (const [name, property] of Object.entries(asObject(asObject(schema, at).properties, at))) {
    if (asObject(property, at).type !== 'string') {
      throw new RefusedError(at, `a form has fields of type string, which ${name} is not`)
    }
  }
}

/**
 * The `body` of an operation, unless it has none or takes a file.
 *
 * @throws RefusedError if it is not required, and neither JSON nor a form of texts
 */
export function generateBody(document: JsonObject, node: JsonObject, at: string): Members {
  if (node.requestBody === undefined || takesFile(node, at)) return []
  const bodyAt = join(at, 'requestBody')
  const body = asObject(node.requestBody, bodyAt)
  refuseUnknown(body, ['description', 'required', 'content'], bodyAt)
  if (body.required !== true) throw new RefusedError(bodyAt, 'a body must be required')
  const [schema, mediaAt] = bodySchema(node, at)
  const name = referredName(asString(schema.$ref, mediaAt), mediaAt)
  if (takesForm(node, at)) refuseOtherThanText(componentSchemas(document)[name], mediaAt)
  const unchecked = leavesItemsToHandler(componentSchemas(document)[name])
  return [['body', COMPONENT_PREFIX + (unchecked ? uncheckedName(name) : name)]]
}

/**
 * The schema of each response, by status. A response without content is null. One that is
 * streamed, or has several media types, has a schema per media type, as Fastify requires.
 *
 * @throws RefusedError for a response that is not a component
 */
export function generateResponses(document: JsonObject, node: JsonObject, at: string): Members {
  const responsesAt = join(at, 'responses')
  return Object.entries(asObject(node.responses, responsesAt)).map(([status, given]) => {
    if (!/^[2-5]\d\d$/.test(status))
      throw new RefusedError(responsesAt, `${status} is not a status`)
    const [response, responseAt] = component(document, given, join(responsesAt, status))
    refuseUnknown(response, ['description', 'headers', 'content'], responseAt)
    const contentAt = join(responseAt, 'content')
    const media = Object.entries(asObject(response.content, contentAt)).map(
      ([type, described]): [string, string] => {
        const mediaAt = join(contentAt, type)
        const { schema } = asObject(described, mediaAt)
        return [type, toTypeBox(schema, mediaAt, { prefix: COMPONENT_PREFIX })]
      },
    )
    const [first, ...more] = media
    if (first === undefined) return [status, 'Type.Null()']
    const isValue = more.length === 0 && !STREAMS.includes(first[0])
    return [status, isValue ? first[1] : contentOf(media)]
  })
}

/** A response with several media types: media type -> schema. */
const contentOf = (media: Members): string =>
  objectLiteral([
    [
      'content',
      objectLiteral(media.map(([type, code]) => [type, objectLiteral([['schema', code]])])),
    ],
  ])
