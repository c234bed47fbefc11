import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ByteSource } from '../../csv/file/source.ts'
import { ImportError } from './kinds/loader.ts'

/** How much is read of a file on the disk at a time. */
const READ_BYTES = 256 * 1024

/** A file as it is stored, from the beginning each time. */
export type OpenStored = () => AsyncIterable<Buffer>

/** A file on this machine's disk. */
export const storedOnDisk =
  (path: string): OpenStored =>
  () =>
    createReadStream(path, { highWaterMark: READ_BYTES })

/** What packs better than this is made to fill disks: text is packed to a fifth or a twentieth. */
const MAX_UNPACKED = 500
/** So much may be unpacked of any file. */
const ALWAYS_BYTES = 256 * 1024 * 1024

const tooLarge = () =>
  new ImportError(
    'too_large',
    `The file unpacks to more bytes than the service accepts, or to more than ${MAX_UNPACKED} times its size.`,
  )

async function* unpacked(stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const gunzip = createGunzip()
  const packed = Readable.from(stored)
  packed.once('error', (error) => gunzip.destroy(error))
  packed.pipe(gunzip)
  try {
    yield* gunzip
  } catch (error) {
    const { code = '' } = error as { readonly code?: string }
    throw code.startsWith('Z_')
      ? new ImportError('invalid_gzip', 'The file is not packed by gzip as a whole.')
      : error
  } finally {
    packed.destroy()
    gunzip.destroy()
  }
}

/**
 * A file as a loader reads it: unpacked where it is gzip.
 *
 * @param maxBytes how many bytes it may unpack to, where those are not too many for its size
 * @param onRead told how many bytes, as they are stored, have been read since the file was opened
 */
export function createSource(
  open: OpenStored,
  file: { readonly compressed: boolean; readonly bytes: number },
  maxBytes: number,
  onRead: (bytes: number) => void,
): ByteSource {
  const most = Math.min(maxBytes, Math.max(ALWAYS_BYTES, MAX_UNPACKED * file.bytes))
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
      for await (const piece of file.compressed ? unpacked(counted()) : counted()) {
        bytes += piece.length
        if (file.compressed && bytes > most) throw tooLarge()
        yield piece
      }
    },
  }
}
