import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Forks a program of this folder: a compiled one if this one is. */
export function forkChild(name: 'api' | 'worker'): ChildProcess {
  const file = fileURLToPath(new URL(`${name}${extname(import.meta.url)}`, import.meta.url))
  return fork(file, process.argv.slice(2), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}
