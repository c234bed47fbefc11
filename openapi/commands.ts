import { StartupError } from '../src/errors.ts'
import type { Command } from '../src/lib/command-line.ts'
import type { Outcome } from '../src/lib/process.ts'
import { RefusedError } from './generate/json.ts'

const document = '{"files": [PATH, …]}'

export const generateCommand = {
  name: 'generate',
  summary: 'Makes src/generated/ and the Postman collection from the OpenAPI document in openapi/.',
  document,
} as const satisfies Command

export const postmanCommand = {
  name: 'postman',
  summary: 'Makes the Postman collection from src/generated/openapi.json.',
  document,
} as const satisfies Command

/**
 * Reports the files that were written.
 *
 * @throws StartupError with one sentence if the document is refused
 */
export async function outcomeOf(write: () => Promise<readonly string[]>): Promise<Outcome> {
  try {
    const files = await write()
    return { text: `${files.join('\n')}\n`, document: { files } }
  } catch (error) {
    throw error instanceof RefusedError ? new StartupError(error.message) : error
  }
}
