import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's root folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** The absolute path of a file in the project. */
export const inProject = (...parts) => resolve(ROOT, ...parts)

/** Why the project cannot be prepared, in one sentence. */
export class PrepareError extends Error {}

/** Reports slow steps on stderr, since a command's stdout may be data. */
export const say = (line) => process.stderr.write(`${line}\n`)
