/**
 * Names what breaks callers of the newest released document, for CI.
 *
 * `tsx openapi/breaking.ts check|release [DOCUMENT [FOLDER]]`; `release` keeps the document as released.
 */
import { fileURLToPath } from 'node:url'
import { StartupError } from '../src/errors.ts'
import type { Command } from '../src/lib/command-line.ts'
import { runCommand } from '../src/lib/process.ts'
import { RefusedError } from './generate/json.ts'

const [action] = process.argv.splice(2, 1)
const isRelease = action === 'release'
const pathTo = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const command = {
  name: isRelease ? 'openapi:release' : 'openapi:breaking',
  summary: isRelease
    ? 'Keeps the OpenAPI document in openapi/released/, unless it breaks callers within a major version.'
    : 'Names what in the OpenAPI document breaks callers of the newest released one; refuses it within a major version.',
  document: '{"version": VERSION, "released": VERSION or null, "breaking": [CHANGE, …]}',
  positionals: { usage: '[DOCUMENT [FOLDER]]', min: 0, max: 2 },
} satisfies Command

await runCommand(command, async ({ positionals }) => {
  // Loading the comparison is left to who runs it: the usage comes at once.
  const { checkBreaking, release } = await import('./breaking/check.ts')
  const [entry = pathTo('openapi.yaml'), folder = pathTo('released')] = positionals
  return await (isRelease ? release : checkBreaking)(entry, folder).catch((error: unknown) => {
    throw error instanceof RefusedError ? new StartupError(error.message) : error
  })
})
