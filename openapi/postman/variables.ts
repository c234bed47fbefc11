import { asObject, type JsonObject } from '../generate/json.ts'
import { type Operation, resolve } from './operations.ts'

/** A part of an answer that later requests need, and the variable it is kept in. */
export interface Capture {
  readonly variable: string
  /** Where it is in the answer, as JavaScript behind `pm.response.json()`. */
  readonly expression: string
  /** The worker makes it: a list is asked again until it is there. */
  readonly comesLater?: boolean
}

const singular = (segment: string) =>
  segment.replaceAll('-', '_').replace(/ies$/, 'y').replace(/s$/, '')

/** Parameters that are ids; what has a name is named as in the document's example. */
const ID = /([\w-]+)\/\{\w*id\}/g

/** The variables that stand in a path for ids: `/v1/users/{id}` -> `user_id`. */
export const pathVariables = (path: string): readonly string[] =>
  [...path.matchAll(ID)].map(([, segment = '']) => `${singular(segment)}_id`)

/** A path with variables for its ids, and examples for its names. */
export const pathWithVariables = ({ path, parameters }: Operation): string =>
  path
    .replaceAll(ID, (_, segment) => `${segment}/{{${singular(segment)}_id}}`)
    .replaceAll(/(?<!\{)\{(\w+)\}/g, (_, name) =>
      String(parameters.find((one) => one.in === 'path' && one.name === name)?.example),
    )

const propertiesOf = (document: JsonObject, schema: JsonObject | undefined) =>
  Object.entries(asObject(schema?.properties, '')).map(
    ([name, property]) => [name, resolve(document, property)] as const,
  )

const hasId = (document: JsonObject, schema: JsonObject | undefined) =>
  propertiesOf(document, schema).some(([name]) => name === 'id')

/** Ids that come from another operation than the one that makes records of this path. */
const ELSEWHERE: Readonly<Record<string, Capture>> = {
  // Ending the session of the collection itself would spoil the requests after it.
  listSessions: { variable: 'session_id', expression: '.find(({ current }) => !current).id' },
  // One of the transactions before it is large.
  listAlerts: { variable: 'alert_id', expression: '[0]?.id', comesLater: true },
  pingWebhookEndpoint: { variable: 'delivery_id', expression: '.id' },
}

/** What is kept of the answer of an operation: tokens, and the ids of what it makes. */
export function capturesOf(document: JsonObject, operation: Operation): readonly Capture[] {
  const { operationId, method, path, successStatus, answer } = operation
  const capture = ELSEWHERE[operationId]
  if (capture) return [capture]
  if (method !== 'POST') return []
  const properties = propertiesOf(document, answer)
  const tokens = properties.flatMap(([name]) => {
    if (name === 'access_token') return [{ variable: 'token', expression: '.access_token' }]
    return name === 'refresh_token' ? [{ variable: name, expression: `.${name}` }] : []
  })
  if (operation.operationId === 'createPasswordReset') {
    return [{ variable: 'reset_token', expression: '.token' }]
  }
  return successStatus === 200 ? tokens : [...tokens, ...ids(document, path, answer)]
}

function ids(document: JsonObject, path: string, answer: JsonObject): readonly Capture[] {
  if (hasId(document, answer)) {
    const segment = path.split('/').at(-1) ?? ''
    return [{ variable: `${singular(segment)}_id`, expression: '.id' }]
  }
  return propertiesOf(document, answer).flatMap(([name, schema]) => {
    if (hasId(document, schema)) return [{ variable: `${name}_id`, expression: `.${name}.id` }]
    const [[record] = []] = propertiesOf(document, resolve(document, schema.items)).filter(
      ([, property]) => hasId(document, property),
    )
    if (record === undefined) return []
    const expression = `.${name}.map(({ ${record} }) => ${record}.id)`
    return [{ variable: `${record}_ids`, expression }]
  })
}
