import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { StartupError } from '../../src/errors.ts'

const DOCUMENT = fileURLToPath(new URL('../../src/generated/openapi.json', import.meta.url))
const folderOf = (name: string) => fileURLToPath(new URL(`../../sdk/${name}/`, import.meta.url))
const PIP = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']

type Environment = Readonly<Record<string, string>>

/** A generated client: how it is made, and how it goes through its journey. */
export interface Client {
  /** Whether this machine has what it takes. */
  readonly isPossible: () => Promise<boolean>
  readonly generate: () => Promise<void>
  readonly travel: (served: Environment) => Promise<void>
}

/**
 * Runs a program of the client's language. What it prints goes to standard error.
 *
 * @throws StartupError if it fails
 */
async function run(folder: string, command: string, args: readonly string[], env?: Environment) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', process.stderr, process.stderr],
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new StartupError(`${command} ${args.join(' ')} ended with ${code}.`)
}

const works = async (...call: Parameters<typeof run>) =>
  await run(...call).then(
    () => true,
    () => false,
  )

function pythonClient(): Client {
  const folder = folderOf('python')
  const python = `${folder}.venv/bin/python`
  return {
    isPossible: () =>
      works(folder, 'python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']),
    async generate() {
      if (!existsSync(python)) await run(folder, 'python3', ['-m', 'venv', '.venv'])
      await run(folder, python, [...PIP, '--requirement', 'requirements.txt'])
      await rm(`${folder}passbook_client`, { recursive: true, force: true })
      await run(folder, '.venv/bin/openapi-python-client', [
        ...['generate', '--meta', 'none', '--fail-on-warning'],
        ...['--config', 'openapi-python-client.yaml', '--path', DOCUMENT],
        ...['--output-path', 'passbook_client'],
      ])
    },
    travel: (served) => run(folder, python, ['journey.py'], served),
  }
}

function goClient(): Client {
  const folder = folderOf('go')
  return {
    isPossible: () => works(folder, 'go', ['version']),
    generate: () =>
      run(folder, 'go', ['tool', 'oapi-codegen', '-config', 'oapi-codegen.yaml', DOCUMENT]),
    travel: (served) => run(folder, 'go', ['test', '-count=1', './...'], served),
  }
}

/** The clients by their language. */
export const CLIENTS: Readonly<Record<'python' | 'go', Client>> = {
  python: pythonClient(),
  go: goClient(),
}
