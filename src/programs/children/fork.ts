import { type ChildProcess, fork } from 'node:child_process'
import cluster from 'node:cluster'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The file of a child's program: compiled if this one is. */
const fileOf = (name: 'api' | 'worker') =>
  fileURLToPath(new URL(`${name}${extname(import.meta.url)}`, import.meta.url))

const settings = () => ({
  execArgv: process.sourceMapsEnabled
    ? [...process.execArgv, '--enable-source-maps']
    : process.execArgv,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'] as ('ignore' | 'inherit' | 'ipc')[],
})

/** Forks the worker of `npm start`. */
export const forkWorker = (): ChildProcess =>
  fork(fileOf('worker'), process.argv.slice(2), settings())

/** Forks an API process. All of them listen on one port, and this process hands connections to them in turn. */
export function forkApi(): ChildProcess {
  cluster.setupPrimary({ ...settings(), exec: fileOf('api'), args: process.argv.slice(2) })
  return cluster.fork().process
}
