import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's own folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** The absolute path of something in the project. */
export const inProject = (...parts) => resolve(ROOT, ...parts)

/** A reason why the project cannot be prepared, in one sentence. */
export class PrepareError extends Error {}

/** Says what takes time. To stderr: what a command prints to stdout may be data. */
export const say = (line) => process.stderr.write(`${line}\n`)
