import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RefusedError } from './generate/json.ts'
import { toCollection } from './postman/collection.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'postman')

try {
  const document = await readFile(join(root, 'src', 'generated', 'openapi.json'), 'utf8')
  const collection = toCollection(JSON.parse(document))
  await mkdir(target, { recursive: true })
  const text = `${JSON.stringify(collection, null, 2)}\n`
  await writeFile(join(target, 'passbook.postman_collection.json'), text)
} catch (error) {
  if (!(error instanceof RefusedError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
