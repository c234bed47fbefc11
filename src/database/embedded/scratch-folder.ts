import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from './processes.ts'

/**
 * Creates an empty folder (mode 0700) for preparing something that is then renamed into place.
 * Also removes such folders left by killed processes.
 */
export async function makeScratchFolder(parent: string, prefix: string): Promise<string> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue
    const creator = Number.parseInt(name.slice(prefix.length), 10)
    if (isAlive(creator)) continue
    // A child of the killed process may still be writing; the next start then removes the folder.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined)
  }
  return mkdtemp(join(parent, `${prefix}${process.pid}-`))
}

/** Whether a rename failed because somebody else's result is already there. */
export function isTaken(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOTEMPTY' || code === 'EEXIST'
}
