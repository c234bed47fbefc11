import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What the database has room for. */
const SIZE = '1g'

export type Storage = Awaited<ReturnType<typeof openStorage>>

/** Folders of a run: one for the database, on a small disk of its own where the system lets us mount one. */
export async function openStorage() {
  const folder = await mkdtemp(join(tmpdir(), 'passbook-chaos-'))
  // The account that PostgreSQL runs as has to get through.
  await chmod(folder, 0o755)
  const disk = join(folder, 'disk')
  const filler = join(disk, 'filler')
  await run('mkdir', [disk])
  const isSmall = await run('mount', [
    ...['-t', 'tmpfs', '-o', `size=${SIZE},mode=0755`],
    ...['passbook-chaos', disk],
  ]).then(
    () => true,
    () => false,
  )
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
      const { bavail, bsize } = await statfs(disk)
      // Somebody may have taken the last of it since.
      const bytes = (pages: number) => String(Math.max(1, bavail - pages) * bsize)
      await run('fallocate', ['-l', bytes(0), filler]).catch(() =>
        run('fallocate', ['-l', bytes(256), filler]),
      )
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
