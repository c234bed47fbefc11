import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** A log above this size, in bytes, is truncated at the next start. */
const MAX_LOG_BYTES = 10 * 1024 * 1024

/** The lines worth reporting, and the captured part of them. */
const INITDB_ERROR =
  /(?:^initdb: (?:error: )?(?!warning: |hint: |detail: |removing )|(?:FATAL|PANIC): {2})(.+)$/gm
const SERVER_FATAL = /^\S+ \S+ \S+ \[(\d+)\] (?:FATAL|PANIC): {2}(.+)$/gm

/** The file that receives PostgreSQL's output. */
export interface ServerLog {
  readonly file: string
  /** Passed to PostgreSQL's processes as their output. */
  readonly fd: number
  /** The current size in bytes, to be used as an offset later. */
  size(): Promise<number>
  /** Why initdb failed, from what it wrote after `offset`. */
  initdbError(offset: number): Promise<string | undefined>
  /** Why the server with this process id gave up, from what it wrote after `offset`. */
  serverError(offset: number, pid: number): Promise<string | undefined>
  /** Closes our descriptor; the server keeps its own. */
  close(): Promise<void>
}

/** Opens `postgres.log` for appending, readable by the owner only. */
export async function openLog(dataDir: string): Promise<ServerLog> {
  const file = join(dataDir, 'postgres.log')
  const handle = await open(file, 'a+', 0o600)
  const size = async () => (await handle.stat()).size
  if ((await size()) > MAX_LOG_BYTES) await handle.truncate()

  async function matches(pattern: RegExp, offset: number): Promise<RegExpExecArray[]> {
    const buffer = Buffer.alloc(64 * 1024)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
    return [...buffer.toString('utf8', 0, bytesRead).matchAll(pattern)]
  }

  return {
    file,
    fd: handle.fd,
    size,
    initdbError: async (offset) => (await matches(INITDB_ERROR, offset))[0]?.[1],
    serverError: async (offset, pid) =>
      (await matches(SERVER_FATAL, offset)).filter((line) => line[1] === String(pid)).at(-1)?.[2],
    close: () => handle.close(),
  }
}
