import { existsSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { inProject, PrepareError } from './project.mjs'
import { runQuietly } from './run.mjs'
import { filesBelow, fingerprintOf, isStamped, stamp } from './stamps.mjs'

const STEP = 'build'

const sources = () => filesBelow(inProject('src'))

const fingerprint = () =>
  fingerprintOf([
    ...sources(),
    // The demo is typed by it.
    ...filesBelow(inProject('sdk/typescript/src')),
    ...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((file) => inProject(file)),
  ])

/** Whether a compiled file is missing from dist/, or dist/ was made from other sources. */
export const compileNeeded = () =>
  !sources().every((file) => !file.endsWith('.ts') || existsSync(compiledPath(file))) ||
  !isStamped(STEP, fingerprint())

const compiledPath = (source) =>
  inProject('dist', relative(inProject('src'), source).replace(/\.ts$/, '.js'))

/** Compiles src/ to dist/. If any file has an error, dist/ stays unchanged. */
export async function compile() {
  const made = fingerprint()
  const count = sources().filter((file) => file.endsWith('.ts')).length
  const { code, output } = await runQuietly(`Compiling ${count} files`, process.execPath, [
    inProject('node_modules/@typescript/native/bin/tsc'),
    '-p',
    inProject('tsconfig.build.json'),
    '--noEmitOnError',
    '--pretty',
    String(process.stderr.isTTY === true),
  ])
  if (code !== 0) {
    process.stderr.write(output)
    throw new PrepareError('Passbook does not compile; the errors are above.')
  }
  removeStale()
  stamp(STEP, made)
}

/** Removes compiled files whose sources were deleted. */
function removeStale() {
  for (const file of filesBelow(inProject('dist'))) {
    const source = /^(.+)\.js(\.map)?$/.exec(relative(inProject('dist'), file))?.[1]
    if (source && !existsSync(inProject('src', `${source}.ts`))) rmSync(file)
  }
}
