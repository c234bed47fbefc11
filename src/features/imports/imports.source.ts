import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ByteSource } from '../../platform/csv-file/source.ts'
import { ImportError } from './imports.loader.ts'

/** How much is read of a file on the disk at a time. */
const READ_BYTES = 256 * 1024

/** A file as it is stored, from the beginning each time. */
export type OpenStored = () => AsyncIterable<Buffer>

/** A file on this machine's disk. */
export const storedOnDisk =
  (path: string): OpenStored =>
  () =>
    createReadStream(path, { highWaterMark: READ_BYTES })

const tooLarge = () =>
  new ImportError('too_large', 'The file unpacks to more bytes than the service accepts.')

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
 * @param maxBytes how many bytes it may unpack to
 * @param onRead told how many bytes, as they are stored, have been read since the file was opened
 */
export function createSource(
  open: OpenStored,
  compressed: boolean,
  maxBytes: number,
  onRead: (bytes: number) => void,
): ByteSource {
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
      for await (const piece of compressed ? unpacked(counted()) : counted()) {
        bytes += piece.length
        if (bytes > maxBytes) throw tooLarge()
        yield piece
      }
    },
  }
}
