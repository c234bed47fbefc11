import type { Dialect } from '../detect/dialect.ts'
import type { FoundEncoding } from '../detect/encoding.ts'
import { EncodingEvidence } from '../detect/encoding-evidence.ts'
import { createUtf8Converter } from '../parse/to-utf8.ts'

/** A file converted to UTF-8. */
export interface Utf8Chunks {
  readonly chunks: AsyncIterable<Buffer>
  /** How many bytes so far were not valid UTF-8 and were read as Windows-1252. */
  mended(): number
  /** The encoding by all bytes so far; undefined if the file is read as it was told. */
  verdict(): Verdict | undefined
}

/** What the bytes of a file say about the encoding in which it is read. */
export interface Verdict extends FoundEncoding {
  /** Whether they are the same text in that encoding as in the one in which they were read. */
  readonly isSameText: boolean
}

async function* withoutMark(chunks: AsyncIterable<Buffer>, bomBytes: number) {
  let left = bomBytes
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length)
    left -= skipped
    yield chunk.subarray(skipped)
  }
}

/** What is known about the encoding before the file is read. */
export interface KnownEncoding {
  /** Whether the caller says the file is UTF-8; invalid bytes are then left as they are. */
  readonly isDeclaredUtf8: boolean
  /** Whether it is not to be questioned: the caller or an earlier pass said it. */
  readonly isSettled: boolean
}

export function toUtf8(
  chunks: AsyncIterable<Buffer>,
  dialect: Dialect,
  { isDeclaredUtf8, isSettled }: KnownEncoding,
): Utf8Chunks {
  const { encoding, bomBytes } = dialect
  if (isDeclaredUtf8) {
    return {
      chunks: withoutMark(chunks, bomBytes),
      mended: () => 0,
      verdict: () => undefined,
    }
  }
  const isOpen = !isSettled && bomBytes === 0 && !encoding.startsWith('utf-16')
  const evidence = isOpen ? new EncodingEvidence() : undefined
  const converter = createUtf8Converter(dialect)
  async function* convert() {
    for await (const chunk of chunks) {
      evidence?.add(chunk)
      yield converter.push(chunk)
    }
    evidence?.end()
    yield converter.end()
  }
  return {
    chunks: convert(),
    mended: () => converter.mended,
    verdict() {
      const found = evidence?.verdict()
      if (found === undefined) return undefined
      // Bytes that are not UTF-8 are read as Windows-1252 one by one.
      const isMended = encoding === 'utf-8' && evidence?.isOnlyBad === true
      const isSameText =
        found.encoding === encoding || (isMended && found.encoding === 'windows-1252')
      return { ...found, isSameText }
    },
  }
}
