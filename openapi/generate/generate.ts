import { readDocument } from './document.ts'
import { generateOperations } from './operations.ts'
import { generateSchemas } from './schemas.ts'

/** The generated files: name -> text. */
export type GeneratedFiles = Readonly<
  Record<'openapi.json' | 'schemas.ts' | 'operations.ts', string>
>

/**
 * Turns the OpenAPI document into the code that enforces it. The same document gives the same text.
 * @param entry path of the entry file
 * @throws RefusedError on what cannot be generated
 */
export async function generate(entry: string): Promise<GeneratedFiles> {
  const document = await readDocument(entry)
  return {
    'openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    'schemas.ts': generateSchemas(document),
    'operations.ts': generateOperations(document),
  }
}
