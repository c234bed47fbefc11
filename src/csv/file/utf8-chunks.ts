import type { Dialect } from '../detect/dialect.ts'
import { createUtf8Converter } from '../parse/to-utf8.ts'

/** A file converted to UTF-8. */
export interface Utf8Chunks {
  readonly chunks: AsyncIterable<Buffer>
  /** How many bytes so far were not valid UTF-8 and were read as Windows-1252. */
  mended(): number
}

async function* withoutMark(chunks: AsyncIterable<Buffer>, bomBytes: number) {
  let left = bomBytes
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length)
    left -= skipped
    yield chunk.subarray(skipped)
  }
}

/**
 * @param isDeclaredUtf8 whether the caller says the file is UTF-8; invalid bytes are then left as
 *   they are
 */
export function toUtf8(
  chunks: AsyncIterable<Buffer>,
  dialect: Dialect,
  isDeclaredUtf8: boolean,
): Utf8Chunks {
  if (isDeclaredUtf8) return { chunks: withoutMark(chunks, dialect.bomBytes), mended: () => 0 }
  const converter = createUtf8Converter(dialect)
  async function* convert() {
    for await (const chunk of chunks) yield converter.push(chunk)
    yield converter.end()
  }
  return { chunks: convert(), mended: () => converter.mended }
}
