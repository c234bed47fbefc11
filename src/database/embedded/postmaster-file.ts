import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from './wait.ts'

/** What a running server notes in its data folder. Left behind when it was killed. */
export interface PostmasterFile {
  readonly pid: number
  readonly port: number
  /** `starting`, `ready`, `stopping`; empty at first. */
  readonly status: string
}

const pathOf = (pgdata: string) => join(pgdata, 'postmaster.pid')
const readText = (pgdata: string) =>
  readFile(pathOf(pgdata), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })

/** Reads the file. Undefined when there is none, or when its writer has not come to the number yet. */
export async function readPostmasterFile(pgdata: string): Promise<PostmasterFile | undefined> {
  const lines = (await readText(pgdata))?.split('\n')
  const pid = Number(lines?.[0])
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? '' }
}

/**
 * Removes a file without a number in it, as a full disk or a power cut leaves it. PostgreSQL would
 * refuse to start beside it. A server that is just starting gets a second to write its number.
 */
export async function removeBrokenPostmasterFile(pgdata: string): Promise<void> {
  const whole = async () => {
    const broken = (await readText(pgdata)) !== undefined && !(await readPostmasterFile(pgdata))
    return broken ? undefined : true
  }
  if (!(await poll(whole, 1000))) await rm(pathOf(pgdata), { force: true })
}

/** Removes the file of a server that is gone, unless another server has replaced it by now. */
export async function removeStalePostmasterFile(pgdata: string, pid: number): Promise<void> {
  if ((await readPostmasterFile(pgdata))?.pid === pid) await rm(pathOf(pgdata), { force: true })
}
