import { readDocument } from './document.ts'
import { generateOperations } from './operations.ts'
import { generateSchemas } from './schemas.ts'

/** The text of each generated file, by name. */
export type GeneratedFiles = Readonly<
  Record<'openapi.json' | 'schemas.ts' | 'operations.ts', string>
>

/**
 * Generates the code that enforces the OpenAPI document. The output is deterministic.
 *
 * @param entry path of the entry file
 * @throws RefusedError for anything that cannot be generated
 */
export async function generate(entry: string): Promise<GeneratedFiles> {
  const document = await readDocument(entry)
  return {
    'openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    'schemas.ts': generateSchemas(document),
    'operations.ts': generateOperations(document),
  }
}
