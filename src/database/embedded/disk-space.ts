import { open, statfs } from 'node:fs/promises'

/** Less than two WAL segments: PostgreSQL shuts down when it cannot create one. */
const MIN_FREE_BYTES = 32 * 1024 * 1024
/** How much of the log's end is searched for the reason of a shutdown. */
const LOG_END_BYTES = 8_192
const FULL = 'No space left on device'

async function readLogEnd(logFile: string): Promise<string> {
  const file = await open(logFile)
  try {
    const { size } = await file.stat()
    const length = Math.min(size, LOG_END_BYTES)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8')
  } finally {
    await file.close()
  }
}

/**
 * Whether a server ended because the disk was full: according to its log, or to the disk if the
 * log could not be written either.
 */
export async function ranOutOfSpace(folder: string, logFile: string): Promise<boolean> {
  const logEnd = await readLogEnd(logFile).catch(() => '')
  if (logEnd.includes(FULL)) return true
  const disk = await statfs(folder).catch(() => undefined)
  return disk !== undefined && disk.bavail * disk.bsize < MIN_FREE_BYTES
}
