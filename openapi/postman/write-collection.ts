import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toCollection } from './collection.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const target = join(root, 'postman')

/**
 * Makes the Postman collection of the generated document.
 *
 * @returns where it is
 * @throws RefusedError when the document says something that has no place in a collection
 */
export async function writeCollection(): Promise<string> {
  const document = await readFile(join(root, 'src', 'generated', 'openapi.json'), 'utf8')
  const collection = toCollection(JSON.parse(document))
  await mkdir(target, { recursive: true })
  const path = join(target, 'passbook.postman_collection.json')
  await writeFile(path, `${JSON.stringify(collection, null, 2)}\n`)
  return path
}
