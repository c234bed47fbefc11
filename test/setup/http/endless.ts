import document from '../../../src/generated/openapi.json' with { type: 'json' }
import type { OperationId } from '../../../src/generated/operations.ts'

interface DocumentedOperation {
  readonly operationId?: string
  readonly 'x-endless'?: boolean
}

const paths = document.paths as Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Operations whose answer goes on until the client leaves. */
export const ENDLESS: ReadonlySet<OperationId> = new Set(
  Object.values(paths)
    .flatMap((item) => Object.values(item) as DocumentedOperation[])
    .filter((operation) => operation['x-endless'] === true)
    .map(({ operationId }) => operationId as OperationId),
)
