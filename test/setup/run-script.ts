import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How a command ended, and its output. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The scripts of package.json. */
export const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** Runs a program with an environment of its own, but for PATH. */
const runProgram = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) =>
  run(file, args, { env: { PATH: process.env['PATH'], ...env } }).then(
    (ended): Ended => ({ ...ended, code: 0 }),
    (error: Ended) => error,
  )

/** Runs a script of package.json by npm, like its users do, with its own environment. */
export const runByNpm = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> => runProgram('npm', ['run', '--silent', name, '--', ...args], env)

/** Runs a script of package.json as npm does, in its shell, but for the half second that npm itself takes to start. */
export const runScript = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> =>
  runProgram('sh', ['-c', `${scripts[name]} "$@"`, name, ...args], {
    PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env['PATH']}`,
    npm_lifecycle_event: name,
    ...env,
  })
