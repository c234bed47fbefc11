import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createClient } from '@hey-api/openapi-ts'

// node generate.mjs: makes src/generated/ from the bundled OpenAPI document.

const DOCUMENT = new URL('../../src/generated/openapi.json', import.meta.url)
const TARGET = fileURLToPath(new URL('src/generated', import.meta.url))

/** `POST /v1/users` and so on: the operations that take an Idempotency-Key. */
function keyedOperations({ paths, components }) {
  const resolve = ({ $ref, ...parameter }) =>
    $ref ? components.parameters[$ref.split('/').at(-1)] : parameter
  const takesKey = ({ parameters = [] }) =>
    parameters.map(resolve).some(({ name }) => name === 'Idempotency-Key')
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => takesKey(operation))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  )
}

const document = JSON.parse(await readFile(DOCUMENT, 'utf8'))
const keyed = keyedOperations(document)
await createClient({
  input: document,
  output: { path: TARGET, importFileExtension: '.ts' },
  plugins: [
    '@hey-api/typescript',
    // A caller names the client: a global one would belong to everybody in a process.
    { name: '@hey-api/sdk', client: false },
    { name: '@hey-api/client-fetch', throwOnError: true },
  ],
  logs: { level: 'silent' },
})
const list = keyed.map((name) => `  '${name}',\n`).join('')
writeFileSync(
  `${TARGET}/keyed.gen.ts`,
  `/** The operations that take an Idempotency-Key. */\nexport const KEYED: ReadonlySet<string> = new Set([\n${list}])\n`,
)
