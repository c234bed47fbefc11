import document from '../../src/generated/openapi.json' with { type: 'json' }
import { type OperationId, operations } from '../../src/generated/operations.ts'
import type { Role, Scope } from '../../src/generated/schemas.ts'

/** The parts of the generated constants that decide access. */
export interface OperationAccess {
  readonly operationId: OperationId
  readonly method: string
  readonly url: string
  readonly public: boolean
  readonly roles: readonly Role[]
  readonly scopes: readonly Scope[]
  readonly successStatus: number
}

export const allOperations: readonly OperationAccess[] = Object.values(operations)

export const ALL_SCOPES = document.components.schemas.Scope.enum as readonly Scope[]

interface Referable {
  readonly $ref?: string
}

interface DocumentedParameter extends Referable {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly example?: unknown
}

/** An operation in the document. */
export interface DocumentedOperation {
  readonly security?: readonly unknown[]
  readonly 'x-roles'?: readonly string[]
  readonly 'x-scopes'?: readonly string[]
  readonly 'x-changes'?: 'account' | 'record'
  readonly parameters?: readonly DocumentedParameter[]
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly examples: Readonly<Record<string, { readonly value: unknown }>> }>
    >
  }
}

type PathItem = Readonly<Record<string, DocumentedOperation>>

function resolve<T extends Referable>(node: T): T {
  if (node.$ref === undefined) return node
  const keys = node.$ref.slice(2).split('/')
  return keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document) as T
}

/** The operation of the document that a constant was generated from. */
export function documented({ method, url }: OperationAccess): DocumentedOperation {
  const path = url.replace(/:(\w+)/g, '{$1}')
  const item = (document.paths as unknown as Readonly<Record<string, PathItem>>)[path]
  return item?.[method.toLowerCase()] as DocumentedOperation
}

/** The first example of the request's body; undefined if it has none. */
export function exampleBody(operation: OperationAccess): unknown {
  const { requestBody } = documented(operation)
  const [content] = Object.values(requestBody?.content ?? {})
  return Object.values(content?.examples ?? {})[0]?.value
}

/** Examples of the required query parameters. */
export function exampleQuery(operation: OperationAccess): Record<string, string | string[]> {
  const parameters = (documented(operation).parameters ?? []).map(resolve)
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
  return Object.fromEntries(
    needed.map(({ name, example }) => [
      name,
      Array.isArray(example) ? example.map(String) : String(example),
    ]),
  )
}
