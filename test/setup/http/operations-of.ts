import { compileFunction } from 'node:vm'
import { Type } from 'typebox'
import type { JsonObject } from '../../../openapi/generate/json.ts'
import { generateOperations } from '../../../openapi/generate/operations.ts'
import { generateSchemas } from '../../../openapi/generate/schemas.ts'
import type { OperationId, operations } from '../../../src/generated/operations.ts'

type Operation = (typeof operations)[OperationId]

/** Runs generated code without its imports and types. */
function run<T>(code: string, result: string, values: Readonly<Record<string, unknown>>): T {
  const body = code
    .replace(/^(?:import|export type) .*$/gm, '')
    .replace(/^export /gm, '')
    .replaceAll(/\} as const$/gm, '}')
  return compileFunction(`${body}; return ${result}`, Object.keys(values))(...Object.values(values))
}

/** The constants that `npm run generate` makes of a document, for a router of a test's own. */
export function operationsOf(document: JsonObject): Readonly<Record<string, Operation>> {
  const schemas = generateSchemas(document)
  const names = [...schemas.matchAll(/^export const (\w+)/gm)].map(([, name]) => name)
  const S = run(schemas, `{ ${names.join()} }`, { Type })
  return run(generateOperations(document), 'operations', { Type, S })
}
