import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ByteSource } from '../../csv/file/source.ts'
import { ImportError } from './kinds/loader.ts'

/** Read size of a file on the disk. */
const READ_BYTES = 256 * 1024

/** Opens a stored file. Each call reads it from the beginning. */
export type OpenStored = () => AsyncIterable<Buffer>

/** Opens a file on this machine's disk. */
export const storedOnDisk =
  (path: string): OpenStored =>
  () =>
    createReadStream(path, { highWaterMark: READ_BYTES })

/** A higher compression ratio is a decompression bomb. Text has a ratio of 5 to 20. */
const MAX_RATIO = 500
/** Any file may decompress to as many bytes, whatever its ratio. */
const ALWAYS_ALLOWED_BYTES = 256 * 1024 * 1024

const tooLarge = () =>
  new ImportError(
    'too_large',
    `The file decompresses to more bytes than the service accepts, or to more than ${MAX_RATIO} times its size.`,
  )

async function* decompressed(stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const gunzip = createGunzip()
  const compressed = Readable.from(stored)
  compressed.once('error', (error) => gunzip.destroy(error))
  compressed.pipe(gunzip)
  try {
    yield* gunzip
  } catch (error) {
    const { code = '' } = error as { readonly code?: string }
    throw code.startsWith('Z_')
      ? new ImportError(
          'invalid_gzip',
          'The file is not valid gzip; send it complete or uncompressed.',
        )
      : error
  } finally {
    compressed.destroy()
    gunzip.destroy()
  }
}

/**
 * Creates the source that a loader reads. It decompresses a gzip file.
 *
 * @param maxBytes the size that the file may decompress to, unless the ratio limit is lower
 * @param onRead receives the number of stored bytes that have been read since the file was opened
 */
export function createSource(
  open: OpenStored,
  file: { readonly compressed: boolean; readonly bytes: number },
  maxBytes: number,
  onRead: (bytes: number) => void,
): ByteSource {
  const maxDecompressed = Math.min(maxBytes, Math.max(ALWAYS_ALLOWED_BYTES, MAX_RATIO * file.bytes))
  async function* counted() {
    let bytes = 0
    for await (const piece of open()) {
      bytes += piece.length
      onRead(bytes)
      yield piece
    }
  }
  return {
    async *open() {
      let bytes = 0
      for await (const piece of file.compressed ? decompressed(counted()) : counted()) {
        bytes += piece.length
        if (file.compressed && bytes > maxDecompressed) throw tooLarge()
        yield piece
      }
    },
  }
}
