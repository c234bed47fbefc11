import type { Dialect } from '../detect/dialect.ts'
import { createUtf8Converter } from '../parse/to-utf8.ts'

/** A file's bytes as UTF-8. */
export interface Utf8Chunks {
  readonly chunks: AsyncIterable<Buffer>
  /** How many bytes were no UTF-8 so far and were read as Windows-1252. */
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

/** @param asItIs for a file that is said to be UTF-8: what is none of it stays */
export function toUtf8(
  chunks: AsyncIterable<Buffer>,
  dialect: Dialect,
  asItIs: boolean,
): Utf8Chunks {
  if (asItIs) return { chunks: withoutMark(chunks, dialect.bomBytes), mended: () => 0 }
  const converter = createUtf8Converter(dialect)
  async function* convert() {
    for await (const chunk of chunks) yield converter.push(chunk)
    yield converter.end()
  }
  return { chunks: convert(), mended: () => converter.mended }
}
