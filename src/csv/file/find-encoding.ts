import type { GivenDialect } from '../detect/dialect.ts'
import { detectEncoding, type FoundEncoding } from '../detect/encoding.ts'
import { EncodingEvidence } from '../detect/encoding-evidence.ts'
import type { ByteSource } from './source.ts'

/**
 * Finds the encoding by a whole file, for those who cannot start over. Reading the bytes takes a
 * small part of the time that storing records does.
 *
 * @returns undefined if the beginning of the file says it, or the caller
 */
export async function findEncoding(
  source: ByteSource,
  given: GivenDialect,
): Promise<FoundEncoding | undefined> {
  if (given.encoding !== undefined) return undefined
  const evidence = new EncodingEvidence()
  let isFirst = true
  for await (const chunk of source.open()) {
    if (isFirst) {
      const { bomBytes, encoding } = detectEncoding(chunk, false)
      if (bomBytes > 0 || encoding.startsWith('utf-16')) return undefined
    }
    isFirst = false
    evidence.add(chunk)
  }
  evidence.end()
  return evidence.verdict()
}
