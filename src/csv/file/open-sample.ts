import { type Dialect, detectDialect, type GivenDialect } from '../detect/dialect.ts'
import { type FoundEncoding, looksBinary } from '../detect/encoding.ts'
import { CsvError } from '../errors.ts'
import type { ByteSource } from './source.ts'

/** How much of a file is used to detect its dialect. */
const SAMPLE_BYTES = 256 * 1024

/** A file whose beginning has been read. */
export interface OpenedFile {
  readonly dialect: Dialect
  /** The whole file, including the beginning. */
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

/** Only byte order marks and line ends. */
const NO_CONTENT =
  /^(?:(?:\xef\xbb\xbf|[\r\n])*|(?:\xfe\xff|\xff\xfe)[\0\r\n]*|(?:[\r\n]\0)*|(?:\0[\r\n])*)$/
/** What a file of line ends has, in any encoding. */
const LINE_ENDS = new Set(Buffer.from('\r\n\0\xef\xbb\xbf\xfe\xff', 'latin1'))

/** Whether a file has no rows: line ends and marks alone, however many. */
async function isEmpty(source: ByteSource, sample: Buffer, whole: boolean): Promise<boolean> {
  const isNothing = sample.every((byte) => LINE_ENDS.has(byte))
  if (!isNothing || whole) return isNothing && NO_CONTENT.test(sample.toString('latin1'))
  for await (const chunk of source.open()) {
    if (!chunk.every((byte) => LINE_ENDS.has(byte))) return false
  }
  return true
}

/**
 * Reads the beginning of a file and detects its dialect.
 *
 * @param found the encoding that an earlier pass found
 * @param sampleBytes how much of the file to detect it from
 * @throws CsvError `empty_file`, `binary_file`, `invalid_dialect`, `invalid_encoding`
 */
export async function openSample(
  source: ByteSource,
  given: GivenDialect,
  found?: FoundEncoding,
  sampleBytes = SAMPLE_BYTES,
): Promise<OpenedFile> {
  const rest = source.open()[Symbol.asyncIterator]()
  const head: Buffer[] = []
  let length = 0
  let whole = false
  try {
    while (length < sampleBytes && !whole) {
      const next = await rest.next()
      whole = next.done === true
      if (next.done) break
      head.push(next.value)
      length += next.value.length
    }
    const sample = Buffer.concat(head).subarray(0, sampleBytes)
    if (await isEmpty(source, sample, whole)) {
      throw new CsvError('empty_file', 'The file is empty.')
    }
    if (looksBinary(sample, given.encoding)) {
      throw new CsvError('binary_file', 'The file is not text.')
    }
    const dialect = detectDialect(sample, given, whole && length <= sampleBytes, found)
    return { dialect, chunks: rejoin(head, rest) }
  } catch (error) {
    await rest.return?.()
    throw error
  }
}
