import { type Dialect, detectDialect, type GivenDialect } from '../detect/dialect.ts'
import { looksBinary } from '../detect/encoding.ts'
import { CsvError } from '../errors.ts'
import type { ByteSource } from './source.ts'

/** How much of a file its dialect is found from. */
const SAMPLE_BYTES = 256 * 1024

/** A file whose beginning has been read. */
export interface OpenedFile {
  readonly dialect: Dialect
  /** All of the file, the beginning included. */
  readonly chunks: AsyncIterable<Buffer>
}

async function* rejoin(head: readonly Buffer[], rest: AsyncIterator<Buffer>) {
  try {
    yield* head
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/** Nothing but marks of an encoding and line ends. */
const NOTHING_IN_IT = /^(?:(?:\xef\xbb\xbf|[\r\n])*|(?:\xfe\xff|\xff\xfe)[\0\r\n]*)$/

/** Whether a file has no row at all; what is longer than a sample has something in it, or is found out later. */
const holdsNothing = (sample: Buffer): boolean =>
  sample.length < SAMPLE_BYTES && NOTHING_IN_IT.test(sample.toString('latin1'))

/**
 * Reads the beginning of a file and finds out how it is written.
 *
 * @throws CsvError `empty_file`, `binary_file`, `invalid_dialect`, `invalid_encoding`
 */
export async function openSample(source: ByteSource, given: GivenDialect): Promise<OpenedFile> {
  const rest = source.open()[Symbol.asyncIterator]()
  const head: Buffer[] = []
  let length = 0
  let whole = false
  try {
    while (length < SAMPLE_BYTES && !whole) {
      const next = await rest.next()
      whole = next.done === true
      if (next.done) break
      head.push(next.value)
      length += next.value.length
    }
    const sample = Buffer.concat(head).subarray(0, SAMPLE_BYTES)
    if (whole && holdsNothing(sample)) throw new CsvError('empty_file', 'The file is empty.')
    if (looksBinary(sample, given.encoding)) {
      throw new CsvError('binary_file', 'The file is no text.')
    }
    const dialect = detectDialect(sample, given, whole && length <= SAMPLE_BYTES)
    return { dialect, chunks: rejoin(head, rest) }
  } catch (error) {
    await rest.return?.()
    throw error
  }
}
