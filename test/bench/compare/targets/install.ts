import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const PEERS = join(import.meta.dirname, '../../peers')
const EXPRESS = join(PEERS, 'express')
const FASTAPI = join(PEERS, 'fastapi')

/** Whether what was made of a file is there and not older. */
const isCurrent = (made: string, of: string) =>
  existsSync(made) && statSync(made).mtimeMs >= statSync(of).mtimeMs

/** Installs the packages of the Express peer when they changed, makes its Prisma client and compiles it. */
export async function installExpress(say: (line: string) => void): Promise<string> {
  const lock = join(EXPRESS, 'package-lock.json')
  if (!isCurrent(join(EXPRESS, 'node_modules/.package-lock.json'), lock)) {
    say('installing the packages of the Express peer')
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: EXPRESS })
  }
  const prisma = ['node_modules/prisma/build/index.js', 'generate']
  await run(process.execPath, [...prisma, '--schema', join(EXPRESS, 'schema.prisma')], {
    // It would download an engine that only migrations need.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  })
  await run(process.execPath, ['node_modules/@typescript/native/bin/tsc', '-p', EXPRESS])
  return join(EXPRESS, 'dist/src/server.js')
}

/**
 * Installs the packages of the FastAPI peer into a folder of its own when they changed.
 *
 * @returns its Python; undefined where there is none, or no packages
 */
export async function installFastapi(say: (line: string) => void): Promise<string | undefined> {
  const folder = join(FASTAPI, '.venv')
  const python = join(folder, 'bin/python')
  const listed = join(FASTAPI, 'requirements.txt')
  const done = join(folder, 'installed')
  if (isCurrent(done, listed)) return python
  say('installing the packages of the FastAPI peer')
  try {
    await run('python3', ['-m', 'venv', folder])
    await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', listed])
    await writeFile(done, '')
    return python
  } catch (error) {
    const [reason] = (error as Error).message.trim().split('\n').slice(-1)
    say(`FastAPI is left out: Python 3 with venv and PyPI are needed (${reason})`)
    return undefined
  }
}
