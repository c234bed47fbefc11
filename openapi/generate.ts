import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generate } from './generate/generate.ts'
import { RefusedError } from './generate/json.ts'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '..', 'src', 'generated')

try {
  const files = await generate(join(here, 'openapi.yaml'))
  await mkdir(target, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(target, name), text)
} catch (error) {
  if (!(error instanceof RefusedError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
