import { rmSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StartupError } from '../../errors.ts'

/** A file that is written atomically. */
export interface Output {
  write(content: Uint8Array): Promise<void>
  /** Syncs the file to disk, then gives it its name. */
  finish(): Promise<void>
  /** Deletes the partial file. Does nothing after `finish`. */
  discard(): void
}

/**
 * Opens a temporary file beside `path`, which `finish` renames to `path`.
 *
 * @throws StartupError when the folder is not writable, or `path` exists and is not a file
 */
export async function openOutput(path: string): Promise<Output> {
  const existing = await stat(path).catch(() => undefined)
  if (existing !== undefined && !existing.isFile()) throw new StartupError(`${path} is not a file.`)
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
