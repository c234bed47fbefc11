import { setImmediate } from 'node:timers/promises'
import { constants, createGunzip } from 'node:zlib'
import { FileError } from '../../csv/errors.ts'
import type { ByteSource, RefusedRow, RejectSink } from '../../csv/file/source.ts'
import { bodyError, invalid } from '../../errors.ts'
import type { ImportDialect, ImportPreview } from '../../generated/schemas.ts'
import { ambiguousOf, dialectView } from './imports.view.ts'
import { type ImportKind, MAX_PREVIEW_ROWS, type Previewer } from './kinds/loader.ts'
import { listedLines } from './listed-lines.ts'
import { assertOptionsOfKind, type ImportQuery, toOptions } from './query.ts'

/** How much of a file is read. */
export const MAX_PREVIEW_BYTES = 200_000
/** Detection takes the process as long as its sample is, and an answer has 300 ms. */
const SAMPLE_BYTES = 16 * 1024
const LF = 0x0a
const CR = 0x0d
const GZIP = [0x1f, 0x8b]

export type Previewers = Readonly<Record<ImportKind, Previewer>>

/** The beginning of a file. */
export interface FileHead {
  readonly bytes: Buffer
  /** Whether it is the whole file. */
  readonly complete: boolean
}

const problem = ({ code, message }: FileError) => invalid([bodyError('', code, message)])

/** Reads the beginning of a file, and leaves the rest. */
async function readHead(pieces: AsyncIterable<Buffer>): Promise<FileHead> {
  const head: Buffer[] = []
  let length = 0
  for await (const piece of pieces) {
    head.push(piece)
    length += piece.length
    if (length > MAX_PREVIEW_BYTES) break
  }
  return {
    bytes: Buffer.concat(head).subarray(0, MAX_PREVIEW_BYTES),
    complete: length <= MAX_PREVIEW_BYTES,
  }
}

async function* decompressed({ bytes, complete }: FileHead): AsyncGenerator<Buffer, void> {
  // What was cut off is no error.
  const gunzip = createGunzip(complete ? {} : { finishFlush: constants.Z_SYNC_FLUSH })
  gunzip.end(bytes)
  try {
    yield* gunzip
  } catch {
    throw new FileError('invalid_gzip', 'The file is not valid gzip.')
  }
}

/**
 * Reads the beginning of a file as it is sent.
 *
 * @param isGzip whether the request declares it as gzip
 * @throws AppError 422 for gzip that is none
 */
export async function readFileHead(
  pieces: AsyncIterable<Buffer>,
  isGzip: boolean,
): Promise<FileHead> {
  const sent = await readHead(pieces)
  const compressed = sent.bytes[0] === GZIP[0] && sent.bytes[1] === GZIP[1]
  if (isGzip && !compressed) {
    throw problem(
      new FileError('not_gzip', 'The file is not gzip; send it without Content-Encoding'),
    )
  }
  if (!compressed) return sent
  try {
    const { bytes, complete } = await readHead(decompressed(sent))
    return { bytes, complete: complete && sent.complete }
  } catch (error) {
    throw error instanceof FileError ? problem(error) : error
  }
}

/** Leaves out the line that was cut off, if the file has more. */
function wholeLines({ bytes, complete }: FileHead): Buffer {
  if (complete) return bytes
  const end = Math.max(bytes.lastIndexOf(LF), bytes.includes(LF) ? -1 : bytes.lastIndexOf(CR))
  // In UTF-16 with the low byte first, the line end has another byte.
  const next = bytes[end + 1] === 0 ? end + 2 : end + 1
  return end === -1 ? bytes : bytes.subarray(0, next)
}

/** A source in pieces, before each of which other requests have their turn. */
const sourceOf = (bytes: Buffer): ByteSource => ({
  async *open() {
    for (let at = 0; at < bytes.length; at += SAMPLE_BYTES) {
      await setImmediate()
      yield bytes.subarray(at, at + SAMPLE_BYTES)
    }
  },
})

/** Keeps the first refused rows, and counts all. */
class KeptRejects implements RejectSink {
  readonly rows: RefusedRow[] = []
  count = 0
  /** Whether the end of the file was cut off within quotes. What follows is no row. */
  #isOver = false

  /** @param complete whether the file was not cut off */
  constructor(private readonly complete: boolean) {}

  header(): void {}

  refuse(row: RefusedRow): void {
    this.#isOver ||= row.code === 'quote_not_closed' && !this.complete
    if (this.#isOver) return
    this.count += 1
    if (this.rows.length < MAX_PREVIEW_ROWS) this.rows.push(row)
  }

  async settle(): Promise<void> {}
}

/**
 * Shows what a file would become, by its beginning. It stores nothing.
 *
 * @throws AppError 422 for options that the kind does not have, and for a file that cannot be loaded
 */
export async function previewFile(
  previewers: Previewers,
  query: ImportQuery,
  head: FileHead,
): Promise<ImportPreview> {
  assertOptionsOfKind(query)
  const { kind } = query
  const rejects = new KeptRejects(head.complete)
  const source = sourceOf(wholeLines(head))
  const { signal } = new AbortController()
  const options = { ...toOptions(query), sampleBytes: SAMPLE_BYTES }
  try {
    const found = await previewers[kind]({ options, source, rejects, signal })
    return {
      kind,
      bytes_read: head.bytes.length,
      complete: head.complete,
      dialect: { ...dialectView(found.dialect), ...listedLines(found.dialect) } as ImportDialect,
      columns: [...found.columns],
      ambiguous: ambiguousOf(found.columns),
      rows_read: found.read,
      rows_rejected: rejects.count,
      rows: [...found.rows],
      rejects: rejects.rows.map(({ cells, ...row }) => ({ ...row, cells: [...cells] })),
    }
  } catch (error) {
    throw error instanceof FileError ? problem(error) : error
  }
}
