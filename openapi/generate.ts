import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../src/lib/process.ts'
import { generateCommand, outcomeOf } from './commands.ts'

/**
 * `npm run generate`: generates the service's code and the Postman collection from the document.
 */
const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '..', 'src', 'generated')

await runCommand(generateCommand, () =>
  outcomeOf(async () => {
    // Loading the generators is left to who runs them: the usage comes at once.
    const [{ generate }, { writeCollection }] = await Promise.all([
      import('./generate/generate.ts'),
      import('./postman/write-collection.ts'),
    ])
    const files = await generate(join(here, 'openapi.yaml'))
    await mkdir(target, { recursive: true })
    const written = Object.entries(files).map(([name, text]) => ({
      path: join(target, name),
      text,
    }))
    for (const { path, text } of written) await writeFile(path, text)
    return [...written.map(({ path }) => path), await writeCollection()]
  }),
)
