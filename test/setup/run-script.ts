import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How a command ended, and its output. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of package.json like its users do, with its own environment. */
export const runScript = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> =>
  run('npm', ['run', '--silent', name, '--', ...args], {
    env: { PATH: process.env['PATH'], ...env },
  }).then(
    (ended) => ({ ...ended, code: 0 }),
    (error: Ended) => error,
  )
