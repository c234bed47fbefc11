import { isUtf8 } from 'node:buffer'
import { incompleteTail } from './utf8.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export interface DetectedEncoding {
  readonly encoding: Encoding
  /** The bytes of the byte order mark; 0 when there is none. */
  readonly bomBytes: number
}

/** How many bytes at the start are looked at for NUL. */
const BYTES_SEEN = 4_096
/** The share of NUL at one place of the pairs, and the most at the other, that speak for UTF-16. */
const MANY = 0.4
const FEW = 0.05

/** UTF-16 without a mark: of texts in Latin letters, every other byte is NUL. */
function utf16WithoutMark(sample: Uint8Array): Encoding | undefined {
  const length = Math.min(sample.length, BYTES_SEEN) & ~1
  if (length < 4) return undefined
  let even = 0
  let odd = 0
  for (let index = 0; index < length; index += 2) {
    if (sample[index] === 0) even += 2 / length
    if (sample[index + 1] === 0) odd += 2 / length
  }
  if (odd > MANY && even < FEW) return 'utf-16le'
  if (even > MANY && odd < FEW) return 'utf-16be'
  return undefined
}

/** The byte order mark at the start, and what it says. */
function byteOrderMark([first, second, third]: Uint8Array): DetectedEncoding | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', bomBytes: 3 }
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', bomBytes: 2 }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', bomBytes: 2 }
  return undefined
}

/**
 * What a file is written in, by its beginning: the byte order mark; NUL in every other byte; UTF-8 where
 * that is valid; Windows-1252 otherwise.
 *
 * @param whole whether the sample is all of the file, and so does not end within a character
 */
export function detectEncoding(sample: Uint8Array, whole: boolean): DetectedEncoding {
  const marked = byteOrderMark(sample)
  if (marked) return marked
  const utf16 = utf16WithoutMark(sample)
  if (utf16) return { encoding: utf16, bomBytes: 0 }
  const known = whole ? sample : sample.subarray(0, sample.length - incompleteTail(sample))
  return { encoding: isUtf8(known) ? 'utf-8' : 'windows-1252', bomBytes: 0 }
}
