import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from './poll.ts'

/** The content of `postmaster.pid`, which a killed server leaves behind. */
export interface PostmasterFile {
  readonly pid: number
  readonly port: number
  /** `starting`, `ready` or `stopping`; empty at first. */
  readonly status: string
}

const pathOf = (pgdata: string) => join(pgdata, 'postmaster.pid')
const readText = (pgdata: string) =>
  readFile(pathOf(pgdata), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })

/** Reads the file; undefined if it is missing, or does not contain a process id yet. */
export async function readPostmasterFile(pgdata: string): Promise<PostmasterFile | undefined> {
  const lines = (await readText(pgdata))?.split('\n')
  const pid = Number(lines?.[0])
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? '' }
}

/**
 * Removes a file without a process id, as left by a full disk or a power cut. PostgreSQL would
 * refuse to start with it. A server that is just starting gets a second to write its id.
 */
export async function removeBrokenPostmasterFile(pgdata: string): Promise<void> {
  const whole = async () => {
    const broken = (await readText(pgdata)) !== undefined && !(await readPostmasterFile(pgdata))
    return broken ? undefined : true
  }
  if (!(await poll(whole, 1000))) await rm(pathOf(pgdata), { force: true })
}

/** Removes the file of a server that is gone, unless another server has replaced it. */
export async function removeStalePostmasterFile(pgdata: string, pid: number): Promise<void> {
  if ((await readPostmasterFile(pgdata))?.pid === pid) await rm(pathOf(pgdata), { force: true })
}
