import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generate } from './generate/generate.ts'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '..', 'src', 'generated')

const files = await generate(join(here, 'openapi.yaml'))
await mkdir(target, { recursive: true })
for (const [name, text] of Object.entries(files)) await writeFile(join(target, name), text)
