import { component } from '../generate/document.ts'
import {
  asArray,
  asObject,
  asString,
  type Json,
  type JsonObject,
  join,
  RefusedError,
} from '../generate/json.ts'

/** What a collection needs to know of an operation. */
export interface Operation {
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly description: string
  readonly public: boolean
  readonly parameters: readonly JsonObject[]
  /** The first example of its body. */
  readonly body?: { readonly mediaType: string; readonly example: Json }
  readonly successStatus: number
  /** What a success answers with; empty where that is no JSON. */
  readonly answer: JsonObject
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** What a node says, wherever it stands. */
export const resolve = (document: JsonObject, node: Json | undefined, at = ''): JsonObject => {
  const given = asObject(node, at)
  return given.$ref === undefined ? given : component(document, given, at)[0]
}

/** The operations of a document whose answer ends, in its order: a collection runs from one to the next. */
export function readOperations(document: JsonObject): readonly Operation[] {
  return Object.entries(asObject(document.paths, '/paths')).flatMap(([path, given]) => {
    const at = join('/paths', path)
    const item = asObject(given, at)
    return METHODS.filter((method) => item[method] !== undefined)
      .filter((method) => asObject(item[method], at)['x-endless'] !== true)
      .map((method) => readOperation(document, path, method, item, join(at, method)))
  })
}

function readOperation(
  document: JsonObject,
  path: string,
  method: string,
  item: JsonObject,
  at: string,
): Operation {
  const node = asObject(item[method], at)
  const parameters = [...asArray(item.parameters, at), ...asArray(node.parameters, at)]
  const body = firstExample(document, node, at)
  return {
    operationId: asString(node.operationId, at),
    method: method.toUpperCase(),
    path,
    tag: asString(asArray(node.tags, at)[0], at),
    summary: asString(node.summary, at),
    description: asString(node.description, at),
    public: node.security !== undefined && asArray(node.security, at).length === 0,
    parameters: parameters.map((parameter) => withExample(document, parameter, at)),
    ...(body && { body }),
    ...success(document, node, at),
  }
}

/** A parameter with an example: its own, else that of its schema, which a parameter that may be left out has. */
function withExample(document: JsonObject, given: Json, at: string): JsonObject {
  const parameter = resolve(document, given, at)
  if (parameter.required === true) return parameter
  const [example] = asArray(resolve(document, parameter.schema, at).examples, at)
  return example === undefined ? parameter : { ...parameter, example }
}

function firstExample(document: JsonObject, { requestBody }: JsonObject, at: string) {
  if (requestBody === undefined) return undefined
  const [[mediaType, media] = []] = Object.entries(
    asObject(resolve(document, requestBody, at).content, at),
  )
  const [example] = Object.values(asObject(asObject(media, at).examples, at))
  if (mediaType === undefined || example === undefined) {
    throw new RefusedError(at, 'the body needs an example')
  }
  return { mediaType, example: resolve(document, example, at).value ?? null }
}

function success(document: JsonObject, node: JsonObject, at: string) {
  const responses = asObject(node.responses, at)
  // An operation that creates may also answer 200, when there is nothing to create.
  const status = Object.keys(responses)
    .filter((key) => key.startsWith('2'))
    .sort()
    .at(-1)
  if (status === undefined) throw new RefusedError(at, 'an operation needs a 2xx response')
  const content = asObject(resolve(document, responses[status], at).content, at)
  const json = asObject(content['application/json'], at).schema
  return { successStatus: Number(status), answer: resolve(document, json, at) }
}
