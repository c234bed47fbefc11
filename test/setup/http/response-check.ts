import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import document from '../../../src/generated/openapi.json' with { type: 'json' }
import { type OperationId, operations } from '../../../src/generated/operations.ts'
import '../../../src/http/validation/formats.ts'

/** An answer as a client saw it. */
export interface Answer {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: unknown
}

interface DocumentedHeader {
  readonly required?: boolean
  readonly $ref?: string
}

interface DocumentedResponse {
  readonly content?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, DocumentedHeader>>
  readonly $ref?: string
}

type Paths = Readonly<
  Record<string, Readonly<Record<string, { responses: Record<string, DocumentedResponse> }>>>
>

/** With several media types, each has its own schema. */
type ResponseSchema =
  | TSchema
  | { readonly content: Readonly<Record<string, { readonly schema: TSchema }>> }
type ResponseSchemas = Readonly<Record<number, ResponseSchema>>

const validators = new Map<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  const validator = validators.get(schema) ?? (Compile(schema) as Validator)
  validators.set(schema, validator)
  return validator
}

function resolve(response: DocumentedResponse): DocumentedResponse {
  const name = response.$ref?.split('/').at(-1)
  const components = document.components.responses as Readonly<Record<string, DocumentedResponse>>
  return name === undefined ? response : (components[name] as DocumentedResponse)
}

/** @throws Error if the OpenAPI document has no such response for the operation */
function documentedResponse(operationId: OperationId, status: number): DocumentedResponse {
  const operation = operations[operationId]
  const path = operation.url.replace(/:(\w+)/g, '{$1}')
  const { responses } =
    (document.paths as unknown as Paths)[path]?.[operation.method.toLowerCase()] ?? {}
  const documented = responses?.[String(status)]
  if (documented !== undefined) return resolve(documented)
  throw new Error(`${operationId} answered ${status}, which is not documented`)
}

/** @throws Error if an answer does not match the operation's documented responses */
export function assertDocumented(operationId: OperationId, answer: Answer): void {
  const operation = operations[operationId]
  const where = `${operationId} answered ${answer.status}`
  const types = Object.keys(documentedResponse(operationId, answer.status).content ?? {})
  const type = answer.contentType?.split(';', 1)[0]
  if (type === undefined ? types.length > 0 : !types.includes(type)) {
    throw new Error(`${where} as ${type}, documented as ${types.join(', ') || 'nothing'}`)
  }
  if (types.length === 0) return
  const schema = (operation.schema.response as ResponseSchemas)[answer.status] as ResponseSchema
  const mediaSchema = 'content' in schema ? schema.content[type ?? '']?.schema : schema
  const validator = validatorOf(mediaSchema as TSchema)
  if (!validator.Check(answer.body)) {
    throw new Error(`${where}: ${JSON.stringify(validator.Errors(answer.body))}`)
  }
}

/** @throws Error if an answer lacks a header that the document requires for its status */
export function assertDocumentedHeaders(
  operationId: OperationId,
  status: number,
  headers: Readonly<Record<string, unknown>>,
): void {
  const components = document.components.headers as Readonly<Record<string, DocumentedHeader>>
  const { headers: documented = {} } = documentedResponse(operationId, status)
  for (const [name, header] of Object.entries(documented)) {
    const { required = false } = components[header.$ref?.split('/').at(-1) ?? ''] ?? header
    if (required && headers[name.toLowerCase()] === undefined) {
      throw new Error(`${operationId} answered ${status} without the header ${name}`)
    }
  }
}
