import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from './processes.ts'

/**
 * Makes an empty folder (mode 0700) in which something is prepared before it is renamed to its
 * place, and removes those that processes killed at the same work left behind.
 */
export async function makeScratchFolder(parent: string, prefix: string): Promise<string> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue
    const maker = Number.parseInt(name.slice(prefix.length), 10)
    if (isAlive(maker)) continue
    // A program the killed process had started may still be writing there: the next start removes it.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined)
  }
  return mkdtemp(join(parent, `${prefix}${process.pid}-`))
}

/** Whether a rename failed because somebody else's result is already in that place. */
export function isTaken(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOTEMPTY' || code === 'EEXIST'
}
