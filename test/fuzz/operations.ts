import document from '../../src/generated/openapi.json' with { type: 'json' }
import { operations } from '../../src/generated/operations.ts'
import * as schemas from '../../src/generated/schemas.ts'
import { documented, type OperationAccess } from '../access/operations.ts'
import type { Schema } from './inputs/schema.ts'

/** An operation with the schemas of each part of its requests. */
export interface Operation extends OperationAccess {
  readonly idempotent: boolean
  readonly conditional: boolean
  readonly etag: boolean
  readonly resource: string | null
  readonly takesFile: boolean
  readonly takesForm: boolean
  /** How many bytes of a body it reads; null where it takes none. */
  readonly bodyLimits: { readonly bytes: number } | null
  readonly params: Schema | undefined
  readonly query: Schema
  readonly headers: Schema | undefined
  /** Of a JSON body or form; undefined where there is none, or where a file is sent. */
  readonly body: Schema | undefined
  /** Whether the query takes names that the document cannot list, as the columns of a dataset. */
  readonly freeQuery: boolean
  /** Whether it answers with server-sent events. */
  readonly events: boolean
}

/** The media type of a form of texts. */
export const FORM = 'application/x-www-form-urlencoded'

const NOTHING: Schema = { type: 'object', properties: {}, additionalProperties: false }

/** The body's schema as the document has it: what the handler itself checks is in it too. */
function bodySchema(access: OperationAccess): Schema | undefined {
  const content = documented(access).requestBody?.content as
    | Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>
    | undefined
  const media = content?.['application/json'] ?? content?.[FORM]
  const name = media?.schema.$ref?.split('/').at(-1)
  return name === undefined
    ? undefined
    : (schemas as unknown as Readonly<Record<string, Schema>>)[name]
}

/** Whether a parameter stands for any number of others. */
function hasFreeQuery(access: OperationAccess): boolean {
  const parameters = documented(access).parameters ?? []
  return parameters.some(({ $ref, ...inline }) => {
    const name = $ref?.split('/').at(-1) ?? ''
    const known = document.components.parameters as Readonly<Record<string, object>>
    const { style, schema } = (known[name] ?? inline) as { style?: string; schema?: Schema }
    return style === 'form' && schema?.type === 'object'
  })
}

interface Parts {
  readonly params?: Schema
  readonly querystring?: Schema
  readonly headers?: Schema
  readonly response: Readonly<Record<number, object>>
}

function describe(constant: (typeof operations)[keyof typeof operations]): Operation {
  const { params, querystring, headers, response } = constant.schema as unknown as Parts
  const success = response[200] ?? {}
  return {
    ...constant,
    params,
    query: querystring ?? NOTHING,
    headers,
    body: bodySchema(constant),
    freeQuery: hasFreeQuery(constant),
    events: 'content' in success && 'text/event-stream' in (success.content as object),
  }
}

/** Every operation of the OpenAPI document. */
export const allOperations: readonly Operation[] = Object.values(operations).map(describe)

/** @throws Error when the document has no such operation */
export function operationOf(operationId: string): Operation {
  const found = allOperations.find((operation) => operation.operationId === operationId)
  if (found === undefined) throw new Error(`The document has no operation ${operationId}`)
  return found
}
