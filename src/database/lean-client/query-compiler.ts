import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

// Node.js has it, its types do not.
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> }

/** Of the kind that `prisma/schema.prisma` chooses. */
const MODULE = '@prisma/client/runtime/query_compiler_small_bg.postgresql.wasm-base64.js'

/**
 * Compiles Prisma's query compiler from the text of its module. Importing that module would keep the text for ever,
 * twice: 4.6 MB.
 */
export async function loadQueryCompiler(): Promise<object> {
  const text = await readFile(createRequire(import.meta.url).resolve(MODULE), 'latin1')
  const start = text.indexOf('"') + 1
  const bytes = Buffer.from(text.slice(start, text.indexOf('"', start)), 'base64')
  return await WebAssembly.compile(bytes)
}
