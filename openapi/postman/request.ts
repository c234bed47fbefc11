import { asArray, type Json, type JsonObject } from '../generate/json.ts'
import type { Operation } from './operations.ts'
import { bodyTemplate } from './values.ts'
import { pathWithVariables } from './variables.ts'

/** A parameter that is not required is there to be switched on. */
const entries = (parameters: readonly JsonObject[], place: string): JsonObject[] =>
  parameters
    .filter((parameter) => parameter.in === place)
    .flatMap(({ name, description, example, required }) => {
      const values: readonly Json[] = Array.isArray(example)
        ? asArray(example, '')
        : [example ?? '']
      return values.map((value) => ({
        key: name ?? '',
        value: String(value),
        description: description ?? '',
        ...(required !== true && { disabled: true }),
      }))
    })

/** An operation as a request of Postman's collection format 2.1. */
export function toRequest(operation: Operation, stored: ReadonlySet<string>): JsonObject {
  const { operationId, method, path, description, parameters, body } = operation
  const target = pathWithVariables(path)
  const query = entries(parameters, 'query')
  const sent = query.filter(({ disabled }) => disabled !== true)
  const search = sent.map(({ key, value }) => `${key}=${value}`).join('&')
  const contentType = body && [{ key: 'Content-Type', value: body.mediaType }]
  return {
    method,
    description,
    ...(operation.public && { auth: { type: 'noauth' } }),
    header: [...(contentType ?? []), ...entries(parameters, 'header')],
    url: {
      raw: `{{base_url}}${target}${search && `?${search}`}`,
      host: ['{{base_url}}'],
      path: target.split('/').slice(1),
      ...(query.length > 0 && { query }),
    },
    ...(body && {
      body: {
        mode: 'raw',
        raw: bodyTemplate(operationId, body.example, stored),
        options: { raw: { language: body.mediaType.endsWith('json') ? 'json' : 'text' } },
      },
    }),
  }
}
