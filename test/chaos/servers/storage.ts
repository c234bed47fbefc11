import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What the database has room for. */
const SIZE = '1g'
const MAX_ATTEMPTS = 10

export type Storage = Awaited<ReturnType<typeof openStorage>>

/**
 * Folders of a run: one for the database, on a small disk of its own where the system lets us mount one.
 *
 * @param wantsDisk whether to try
 */
export async function openStorage(wantsDisk = true) {
  const folder = await mkdtemp(join(tmpdir(), 'passbook-chaos-'))
  // The account that PostgreSQL runs as has to get through.
  await chmod(folder, 0o755)
  const disk = join(folder, 'disk')
  const filler = join(disk, 'filler')
  await run('mkdir', [disk])
  const options = ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0755`]
  const mount = () =>
    run('mount', [...options, 'passbook-chaos', disk]).then(
      () => true,
      () => false,
    )
  const isSmall = wantsDisk && (await mount())
  const free = () => rm(filler, { force: true })

  return {
    folder,
    /** Where the database is. */
    disk,
    /** Whether the disk can be filled without harm to others. */
    isSmall,
    /** Leaves no room on the disk. @throws Error when it is not of our own */
    async fill(): Promise<void> {
      if (!isSmall) throw new Error('the disk is not ours to fill')
      for (let attempt = 1; ; attempt += 1) {
        const { bavail, bsize } = await statfs(disk)
        if (bavail === 0) return
        const filled = await run('fallocate', ['-l', String(bavail * bsize), filler]).then(
          () => true,
          (error: Error) => {
            // The database took some of it since.
            if (attempt === MAX_ATTEMPTS) throw error
            return false
          },
        )
        if (filled) return
      }
    },
    /** Gives the room back. */
    free,
    async close(): Promise<void> {
      // A process that has just ended may still hold it for a moment.
      if (isSmall) await run('umount', ['-l', disk])
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}
