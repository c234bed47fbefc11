import { existsSync, rmSync } from 'node:fs'
import { inProject, PrepareError } from './project.mjs'
import { runQuietly } from './run.mjs'
import { filesBelow, fingerprintOf, isStamped, stamp } from './stamps.mjs'

const STEP = 'sdk'
const FOLDER = inProject('sdk/typescript')
const GENERATED = inProject(FOLDER, 'src/generated')

const fingerprint = () =>
  fingerprintOf([
    ...filesBelow(inProject(FOLDER, 'src')).filter((file) => !file.startsWith(GENERATED)),
    ...['generate.mjs', 'tsconfig.json'].map((file) => inProject(FOLDER, file)),
    ...['src/generated/openapi.json', 'package-lock.json'].map((file) => inProject(file)),
  ])

/** Whether the SDK is missing, or was made from another document or other sources. */
export const sdkNeeded = () =>
  !existsSync(inProject(FOLDER, 'dist/index.js')) || !isStamped(STEP, fingerprint())

/** Generates the SDK's operations and types from the OpenAPI document, and compiles it. */
export async function makeSdk() {
  const made = fingerprint()
  await node('Generating the TypeScript SDK', inProject(FOLDER, 'generate.mjs'))
  rmSync(inProject(FOLDER, 'dist'), { recursive: true, force: true })
  const compiler = inProject('node_modules/@typescript/native/bin/tsc')
  await node('Compiling the TypeScript SDK', compiler, '-p', FOLDER)
  stamp(STEP, made)
}

async function node(title, ...args) {
  const { code, output } = await runQuietly(title, process.execPath, args)
  if (code === 0) return
  process.stderr.write(output)
  throw new PrepareError('The TypeScript SDK could not be made; the errors are above.')
}
