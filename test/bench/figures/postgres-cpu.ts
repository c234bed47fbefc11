import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A tick of /proc, in milliseconds. */
const TICK_MS = 10

interface Process {
  readonly pid: number
  readonly parent: number
  /** CPU milliseconds of its own, and of its children that have ended. */
  readonly own: number
  readonly ended: number
}

async function readProcess(pid: string): Promise<Process | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  // The name in parentheses may hold blanks. Fields count from the state on.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [parent = 0] = fields.slice(1)
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15)
  const ended = (endedUser + endedSystem) * TICK_MS
  return { pid: Number(pid), parent, own: (user + system) * TICK_MS, ended }
}

/** CPU milliseconds that a server and its processes have used, but for some. */
export async function postgresCpu(pgdata: string, without: readonly number[]): Promise<number> {
  const server = Number((await readFile(join(pgdata, 'postmaster.pid'), 'utf8')).split('\n')[0])
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  let sum = 0
  for (const one of await Promise.all(names.map(readProcess))) {
    if (one?.pid === server) sum += one.own + one.ended
    if (one?.parent === server && !without.includes(one.pid)) sum += one.own
  }
  return sum
}
