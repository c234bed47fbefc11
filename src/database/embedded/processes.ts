import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a process is a zombie: it ended, but its parent has not reaped it. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

/** Whether a process with this id runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isZombie(pid)
}

/**
 * Whether the process is a PostgreSQL server on this data folder. Process ids are reused, so an id
 * read from a file proves nothing by itself. A zombie counts as gone.
 */
export async function isServerOf(pgdata: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform === 'linux') {
    // The server's working folder is its data folder. Compare inodes, since paths have aliases.
    const folders = await Promise.all([stat(`/proc/${pid}/cwd`), stat(pgdata)]).catch(
      () => undefined,
    )
    return (
      folders !== undefined &&
      folders[0].ino === folders[1].ino &&
      folders[0].dev === folders[1].dev
    )
  }
  if (process.platform === 'win32') return true
  const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.includes('postgres') && stdout.includes(pgdata)
}
