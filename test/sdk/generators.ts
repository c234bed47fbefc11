/**
 * `npx tsx test/sdk/generators.ts`: has each generator make a client, compiles it strictly, has it go through a fresh
 * service, and prints the table of README.md. It takes some minutes, Java with Maven, Go, Python, and registries.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CLIENTS } from './clients.ts'
import { GENERATORS, type Generator, PACKAGES, TSCONFIG } from './generators/list.ts'
import { type Served, withService } from './service.ts'

const DOCUMENT = fileURLToPath(new URL('../../src/generated/openapi.json', import.meta.url))
const JOURNEYS = fileURLToPath(new URL('journeys', import.meta.url))

/** Runs a line of shell. @returns whether it succeeded; what it prints goes to standard error */
async function succeeds(line: string, cwd: string, served: Served): Promise<boolean> {
  const child = spawn('bash', ['-ec', line], {
    cwd,
    env: { ...process.env, ...served, DOCUMENT, JOURNEYS },
    stdio: ['ignore', process.stderr, process.stderr],
  })
  const [code] = await once(child, 'close')
  return code === 0
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`

/** The answers of a generator: each step needs the one before. */
async function rowOf({ name, steps, note }: Generator, root: string, served: Served) {
  const folder = join(root, name.replaceAll(/\W+/g, '-'))
  await mkdir(folder)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  const answers: string[] = []
  for (const line of steps) {
    const isReached = answers.every((answer) => answer === 'yes')
    answers.push(isReached && (await succeeds(line, folder, served)) ? 'yes' : 'no')
  }
  return row([name, ...answers, note])
}

async function rowOfClient(language: 'python' | 'go', name: string, served: Served) {
  const client = CLIENTS[language]
  const works = async (work: Promise<void>) => await work.then(() => 'yes').catch(() => 'no')
  const generated = await works(client.generate())
  const travelled = await works(client.travel({ ...served }))
  return row([name, generated, travelled, travelled, `\`npm run sdk:${language}\``])
}

const root = await mkdtemp(join(tmpdir(), 'passbook-generators-'))
try {
  const table = await withService(async (served) => {
    await writeFile(join(root, 'package.json'), '{"type": "module"}')
    const document = JSON.parse(await readFile(DOCUMENT, 'utf8'))
    delete document.webhooks
    await writeFile(join(root, 'without-webhooks.json'), JSON.stringify(document))
    const isReady = await succeeds(`npm install --no-audit --no-fund ${PACKAGES}`, root, served)
    if (!isReady) throw new Error('npm could not install the generators')
    const rows = [
      row(['generator', 'generates', 'compiles strictly', 'journey runs', 'how']),
      row(['---', '---', '---', '---', '---']),
    ]
    for (const generator of GENERATORS) rows.push(await rowOf(generator, root, served))
    rows.push(await rowOfClient('python', 'openapi-python-client 0.29.1', served))
    rows.push(await rowOfClient('go', 'oapi-codegen 2.8.2', served))
    return rows.join('')
  })
  process.stdout.write(table)
} finally {
  await rm(root, { recursive: true, force: true })
}
