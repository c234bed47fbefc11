import { asArray, asObject, type Json, type JsonObject } from '../generate/json.ts'
import type { Operation } from './operations.ts'
import { bodyTemplate } from './values.ts'
import { pathWithVariables } from './variables.ts'

/** The names and values of an example: a list stands for several of one name, an object for its members. */
function valuesOf({ name, style, example }: JsonObject): (readonly [Json, Json])[] {
  if (Array.isArray(example)) return asArray(example, '').map((value) => [name ?? '', value])
  if (style === undefined) return [[name ?? '', example ?? '']]
  return Object.entries(asObject(example, '')).map(([key, value]) => [
    style === 'deepObject' ? `${name}[${key}]` : key,
    value,
  ])
}

/** Parameters that are sent though they are not required: a dataset is made under the name of the examples. */
const SENT: readonly string[] = ['createImport.name']

/** A parameter that is not required is there to be switched on. */
const entries = ({ operationId, parameters }: Operation, place: string): JsonObject[] =>
  parameters
    .filter((parameter) => parameter.in === place)
    .flatMap((parameter) => {
      const { name, description, required } = parameter
      const isSent = required === true || SENT.includes(`${operationId}.${name}`)
      return valuesOf(parameter).map(([key, value]) => ({
        key,
        value: String(value),
        description: description ?? '',
        ...(!isSent && { disabled: true }),
      }))
    })

/** Stands between the parts of a form. */
const BOUNDARY = 'passbook'

/** A form with files as it is sent: Postman's own forms take files from a disk alone. */
function formOf(files: Readonly<Record<string, string>>): string {
  const parts = Object.entries(files).map(([name, content]) =>
    [
      `--${BOUNDARY}`,
      `Content-Disposition: form-data; name="${name}"; filename="${name}.csv"`,
      'Content-Type: text/csv',
      '',
      content,
    ].join('\r\n'),
  )
  return `${parts.join('\r\n')}\r\n--${BOUNDARY}--\r\n`
}

const contentTypeOf = (mediaType: string): string =>
  mediaType === 'multipart/form-data' ? `${mediaType}; boundary=${BOUNDARY}` : mediaType

function bodyOf(
  operationId: string,
  { mediaType, example }: NonNullable<Operation['body']>,
  stored: ReadonlySet<string>,
): JsonObject {
  const raw = bodyTemplate(operationId, example, stored)
  if (mediaType === 'multipart/form-data') {
    const form = formOf(JSON.parse(raw) as Readonly<Record<string, string>>)
    return { mode: 'raw', raw: form, options: { raw: { language: 'text' } } }
  }
  if (mediaType !== 'application/x-www-form-urlencoded') {
    const language = mediaType.endsWith('json') ? 'json' : 'text'
    return { mode: 'raw', raw, options: { raw: { language } } }
  }
  const fields = Object.entries(JSON.parse(raw) as Readonly<Record<string, string>>)
  return { mode: 'urlencoded', urlencoded: fields.map(([key, value]) => ({ key, value })) }
}

/** An operation as a request of Postman's collection format 2.1. */
export function toRequest(operation: Operation, stored: ReadonlySet<string>): JsonObject {
  const { operationId, method, description, body } = operation
  const target = pathWithVariables(operation)
  const query = entries(operation, 'query')
  const sent = query.filter(({ disabled }) => disabled !== true)
  const search = sent.map(({ key, value }) => `${key}=${value}`).join('&')
  const contentType = body && [{ key: 'Content-Type', value: contentTypeOf(body.mediaType) }]
  return {
    method,
    description,
    ...(operation.public && { auth: { type: 'noauth' } }),
    header: [...(contentType ?? []), ...entries(operation, 'header')],
    url: {
      raw: `{{base_url}}${target}${search && `?${search}`}`,
      host: ['{{base_url}}'],
      path: target.split('/').slice(1),
      ...(query.length > 0 && { query }),
    },
    ...(body && { body: bodyOf(operationId, body, stored) }),
  }
}
