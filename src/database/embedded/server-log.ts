import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** Above this, in bytes, the log is emptied at the next start. */
const LIMIT = 10 * 1024 * 1024

/** What a line must look like to be reported, and the part that is. */
const INITDB_ERROR =
  /(?:^initdb: (?:error: )?(?!warning: |hint: |detail: |removing )|(?:FATAL|PANIC): {2})(.+)$/gm
const SERVER_FATAL = /^\S+ \S+ \S+ \[(\d+)\] (?:FATAL|PANIC): {2}(.+)$/gm

/** The file that PostgreSQL's own output goes to. */
export interface ServerLog {
  readonly file: string
  /** Given to PostgreSQL's processes as their output. */
  readonly fd: number
  /** The size by now, in bytes, from which a later look begins. */
  size(): Promise<number>
  /** Why initdb failed, by what it wrote after `offset`. */
  initdbError(offset: number): Promise<string | undefined>
  /** Why the server with this process number gave up, by what it wrote after `offset`. */
  serverError(offset: number, pid: number): Promise<string | undefined>
  /** Lets go of the file; the server keeps its own hold on it. */
  close(): Promise<void>
}

/** Opens `postgres.log` for appending, readable by us alone. */
export async function openLog(dataDir: string): Promise<ServerLog> {
  const file = join(dataDir, 'postgres.log')
  const handle = await open(file, 'a+', 0o600)
  const size = async () => (await handle.stat()).size
  if ((await size()) > LIMIT) await handle.truncate()

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
