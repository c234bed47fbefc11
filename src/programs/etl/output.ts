import { rmSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StartupError } from '../../errors.ts'

/** A file that appears whole or not at all. */
export interface Output {
  write(content: Uint8Array): Promise<void>
  /** Puts the file in its place, once it is on the disk. */
  finish(): Promise<void>
  /** Leaves nothing behind; does nothing after `finish`. */
  discard(): void
}

/**
 * Opens a file beside `path` that takes its name in the end.
 *
 * @throws StartupError when there is no writing there, or something else than a file is in the place
 */
export async function openOutput(path: string): Promise<Output> {
  const there = await stat(path).catch(() => undefined)
  if (there !== undefined && !there.isFile()) throw new StartupError(`${path} is not a file.`)
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`)
  const refuse = (error: NodeJS.ErrnoException): never => {
    throw new StartupError(`${path} cannot be written (${error.code}).`)
  }
  const file = await open(partial, 'w').catch(refuse)
  let unfinished = true
  return {
    async write(content) {
      await file.writeFile(content).catch(refuse)
    },
    async finish() {
      await file.sync().catch(refuse)
      await file.close().catch(refuse)
      await rename(partial, path).catch(refuse)
      unfinished = false
    },
    discard() {
      if (unfinished) rmSync(partial, { force: true })
      unfinished = false
    },
  }
}
