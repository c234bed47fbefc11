import { open, statfs } from 'node:fs/promises'

/** Less than two segments of the write-ahead log: PostgreSQL ends itself when it cannot add one. */
const MIN_FREE_BYTES = 32 * 1024 * 1024
/** The end of a log, in bytes, that tells why a server ended. */
const LAST_WORDS_BYTES = 8_192
const FULL = 'No space left on device'

async function lastWords(logFile: string): Promise<string> {
  const file = await open(logFile)
  try {
    const { size } = await file.stat()
    const length = Math.min(size, LAST_WORDS_BYTES)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8')
  } finally {
    await file.close()
  }
}

/** Whether a server that has ended had no space left: by its log, or where that had none either by the disk. */
export async function ranOutOfSpace(folder: string, logFile: string): Promise<boolean> {
  const words = await lastWords(logFile).catch(() => '')
  if (words.includes(FULL)) return true
  const disk = await statfs(folder).catch(() => undefined)
  return disk !== undefined && disk.bavail * disk.bsize < MIN_FREE_BYTES
}
