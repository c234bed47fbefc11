import { isUtf8 } from 'node:buffer'
import { incompleteTail } from '../parse/utf8.ts'

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

/** How files begin that hold no text. */
const MAGIC: readonly Buffer[] = [
  [0x89, 0x50, 0x4e, 0x47], // PNG
  [0xff, 0xd8, 0xff], // JPEG
  [0x25, 0x50, 0x44, 0x46, 0x2d], // PDF
  [0x1f, 0x8b], // gzip
  [0x28, 0xb5, 0x2f, 0xfd], // Zstandard
  [0xfd, 0x37, 0x7a, 0x58, 0x5a], // xz
  [0x37, 0x7a, 0xbc, 0xaf], // 7z
  [0x7f, 0x45, 0x4c, 0x46], // ELF
  [0xd0, 0xcf, 0x11, 0xe0], // old Office files
].map((bytes) => Buffer.from(bytes))
/** The same, where a name of a column could be spelt so: a control character follows soon. */
const SPELT_MAGIC: readonly Buffer[] = ['GIF8', 'PK', 'PAR1', 'SQLite format 3'].map((text) =>
  Buffer.from(text),
)
const SOON = 64
/** So many control characters are no sign yet: a few rows of a text may hold some. */
const FEW_CONTROLS = 4
/** The share of control characters beyond which bytes are no text, valid UTF-8 or not. */
const UTF8_CONTROLS = 1 / 10
const OTHER_CONTROLS = 1 / 50

const isControl = (byte: number): boolean =>
  byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b && byte !== 0x1f && byte !== 0x1e)

const countControls = (bytes: Uint8Array): number =>
  bytes.reduce((count, byte) => count + (isControl(byte) ? 1 : 0), 0)

const startsWith = (sample: Uint8Array, magic: Buffer): boolean =>
  magic.equals(sample.subarray(0, magic.length))

/**
 * Whether a file is no text: it begins as images, archives, programs and databases do, or many of its first
 * bytes are NUL and other control characters without being UTF-16. Single ones make a text no other file.
 *
 * @param sample the beginning of the file
 * @param given the encoding that the file is said to have
 */
export function looksBinary(sample: Uint8Array, given?: Encoding): boolean {
  if (MAGIC.some((magic) => startsWith(sample, magic))) return true
  const spelt = SPELT_MAGIC.some((magic) => startsWith(sample, magic))
  if (spelt && countControls(sample.subarray(0, SOON)) > 0) return true
  if ((given ?? detectEncoding(sample, false).encoding).startsWith('utf-16')) return false
  const seen = sample.subarray(0, BYTES_SEEN)
  if (!seen.includes(0)) return false
  const controls = countControls(seen)
  const text = isUtf8(seen.subarray(0, seen.length - incompleteTail(seen)))
  const most = FEW_CONTROLS + seen.length * (text ? UTF8_CONTROLS : OTHER_CONTROLS)
  return controls === seen.length || controls > most
}
