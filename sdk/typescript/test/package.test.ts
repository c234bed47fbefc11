import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useServed } from './setup/served.ts'

const { cast, url } = useServed({ worker: true })
const run = promisify(execFile)
const PACKAGE = 'sdk/typescript'
const TSC = resolve('node_modules/@typescript/native/bin/tsc')

/** What a program of somebody else's does with the package. */
const PROGRAM = `
import { createPassbook, createTransaction, createUser, items, listUserTransactions, Problem, waitUntilCurrent } from 'passbook-sdk'
declare const process: { argv: string[] }
const [, , baseUrl = '', username = '', password = ''] = process.argv
const client = createPassbook({ baseUrl, credentials: { kind: 'tokens', login: { username, password } } })
const { data: user } = await createUser({ client, body: { name: 'Ada', email: 'ada@sdk.example' } })
await createTransaction({ client, body: { user_id: user.id, transaction_date: '2026-03-01', transaction_amount: '12.50', transaction_type: 'credit' } })
const amounts: string[] = []
for await (const one of items(listUserTransactions, { client, path: { id: user.id } })) amounts.push(one.transaction_amount)
const { total_credit } = await waitUntilCurrent(user.id, { client })
const code = await createUser({ client, body: { name: '', email: '' } }).catch((error: unknown) => error instanceof Problem && error.code)
console.log(JSON.stringify({ amounts, total_credit, code }))
`
const MISTAKES = `
import { createPassbook, createUser, items, listUserGroups, streamEvents } from 'passbook-sdk'
const client = createPassbook({ baseUrl: 'http://localhost' })
// @ts-expect-error an email address is needed
await createUser({ client, body: { name: 'Ada' } })
// @ts-expect-error a client is needed
await createUser({ body: { name: 'Ada', email: 'ada@sdk.example' } })
// @ts-expect-error not a list of pages
items(listUserGroups, { client, query: {} })
for await (const event of streamEvents({ client })) {
  // @ts-expect-error not an event
  if (event.type === 'user.vanished') break
}
`

let folder: string
const inFolder = (command: string, args: readonly string[]) =>
  run(command, args, { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-sdk-'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: PACKAGE,
  })
  const [{ filename }] = JSON.parse(stdout)
  await writeFile(join(folder, 'package.json'), '{"type": "module", "private": true}')
  await inFolder('npm', ['install', '--offline', '--no-audit', '--no-fund', filename])
  await writeFile(join(folder, 'program.ts'), PROGRAM)
  await writeFile(join(folder, 'mistakes.ts'), MISTAKES)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the package in an empty project', () => {
  it.each([
    ['browsers', { lib: ['ES2022', 'DOM', 'DOM.AsyncIterable'], types: [] }],
    ['Node.js', { lib: ['ES2022'], types: ['node'], typeRoots: [resolve('node_modules/@types')] }],
  ])('compiles strictly for %s, and its mistakes do not', async (_, options) => {
    const compilerOptions = { strict: true, module: 'NodeNext', target: 'ES2022', ...options }
    const include = ['*.ts']
    const config = JSON.stringify({ compilerOptions, include })
    await writeFile(join(folder, 'tsconfig.json'), config)
    const { stdout } = await inFolder(process.execPath, [TSC, '-p', folder]).catch((error) => error)
    expect(stdout).toBe('')
  })

  it('runs against a service', async () => {
    const { username, password } = cast.staff
    const { stdout } = await inFolder(process.execPath, ['program.js', url(), username, password])
    expect(JSON.parse(stdout)).toEqual({
      amounts: ['12.50'],
      total_credit: '12.50',
      code: 'validation_failed',
    })
  })

  it('depends on no other package, and has the version of the document', async () => {
    const manifest = JSON.parse(
      await readFile(join(folder, 'node_modules/passbook-sdk/package.json'), 'utf8'),
    )
    const { info } = JSON.parse(await readFile('src/generated/openapi.json', 'utf8'))
    expect(manifest).not.toHaveProperty('dependencies')
    expect(manifest.version).toBe(info.version)
    const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'))
    expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/passbook-sdk'])
  })
})

describe('the modules', () => {
  it('leave out of a bundle what a program does not use', async () => {
    const { build } = await import('esbuild')
    const entry = `import { createPassbook, getMe } from './${PACKAGE}/dist/index.js'
      console.log(getMe({ client: createPassbook() }))`
    const { outputFiles } = await build({
      stdin: { contents: entry, resolveDir: '.' },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    })
    const text = outputFiles[0]?.text ?? ''
    const unused = ['/v1/datasets', '/v1/events/stream', 'XMLHttpRequest']
    expect(['/v1/me', ...unused].filter((part) => text.includes(part))).toEqual(['/v1/me'])
    expect(text.length).toBeLessThan(16_000)
  })
})
