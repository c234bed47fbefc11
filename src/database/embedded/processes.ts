import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a process has ended and was not yet collected by its parent. */
function isUncollected(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

/** Whether a process with this number runs, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isUncollected(pid)
}

/**
 * Whether the process is a PostgreSQL server that works in this data folder. Process numbers are
 * used again, so one found in a file says nothing by itself. A process that has ended but was not
 * yet collected by its parent counts as gone.
 */
export async function isServerOf(pgdata: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform === 'linux') {
    // The server's working folder is its data folder. Compared by identity, as paths have aliases.
    const found = await Promise.all([stat(`/proc/${pid}/cwd`), stat(pgdata)]).catch(() => undefined)
    return found !== undefined && found[0].ino === found[1].ino && found[0].dev === found[1].dev
  }
  if (process.platform === 'win32') return true
  const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.includes('postgres') && stdout.includes(pgdata)
}
