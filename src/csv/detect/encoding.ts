import { isUtf8 } from 'node:buffer'
import { incompleteTail } from '../parse/utf8.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export interface DetectedEncoding {
  readonly encoding: Encoding
  /** The length of the byte order mark; 0 if there is none. */
  readonly bomBytes: number
}

/** How many bytes at the start are inspected. */
const INSPECTED_BYTES = 4_096
/**
 * UTF-16 is assumed if one byte of each pair is NUL at least this often, the other at most this
 * often.
 */
const MIN_NUL_SHARE = 0.4
const MAX_OTHER_NUL_SHARE = 0.05

/** Detects UTF-16 without a mark: in Latin text, every other byte is NUL. */
function utf16WithoutMark(sample: Uint8Array): Encoding | undefined {
  const length = Math.min(sample.length, INSPECTED_BYTES) & ~1
  if (length < 4) return undefined
  let even = 0
  let odd = 0
  for (let index = 0; index < length; index += 2) {
    if (sample[index] === 0) even += 2 / length
    if (sample[index + 1] === 0) odd += 2 / length
  }
  if (odd > MIN_NUL_SHARE && even < MAX_OTHER_NUL_SHARE) return 'utf-16le'
  if (even > MIN_NUL_SHARE && odd < MAX_OTHER_NUL_SHARE) return 'utf-16be'
  return undefined
}

/** The byte order mark at the start, and the encoding it stands for. */
function byteOrderMark([first, second, third]: Uint8Array): DetectedEncoding | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', bomBytes: 3 }
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', bomBytes: 2 }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', bomBytes: 2 }
  return undefined
}

/**
 * Detects the encoding from the beginning of a file: by byte order mark; NUL in every other byte;
 * UTF-8 if valid; else Windows-1252.
 *
 * @param whole whether the sample is the whole file, and so cannot end inside a character
 */
export function detectEncoding(sample: Uint8Array, whole: boolean): DetectedEncoding {
  const marked = byteOrderMark(sample)
  if (marked) return marked
  const utf16 = utf16WithoutMark(sample)
  if (utf16) return { encoding: utf16, bomBytes: 0 }
  const complete = whole ? sample : sample.subarray(0, sample.length - incompleteTail(sample))
  return { encoding: isUtf8(complete) ? 'utf-8' : 'windows-1252', bomBytes: 0 }
}

/** Magic numbers of binary formats. */
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
/** Magic numbers that could also be column names; a control character must follow soon. */
const TEXTUAL_MAGIC: readonly Buffer[] = ['GIF8', 'PK', 'PAR1', 'SQLite format 3'].map((text) =>
  Buffer.from(text),
)
const TEXTUAL_MAGIC_BYTES = 64
/** This many control characters are tolerated, since a few rows of a text may contain some. */
const TOLERATED_CONTROLS = 4
/** The share of control characters above which valid UTF-8, or other bytes, are not text. */
const MAX_UTF8_CONTROL_SHARE = 1 / 10
const MAX_OTHER_CONTROL_SHARE = 1 / 50

const isControl = (byte: number): boolean =>
  byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b && byte !== 0x1f && byte !== 0x1e)

const countControls = (bytes: Uint8Array): number =>
  bytes.reduce((count, byte) => count + (isControl(byte) ? 1 : 0), 0)

const startsWith = (sample: Uint8Array, magic: Buffer): boolean =>
  magic.equals(sample.subarray(0, magic.length))

/**
 * Whether a file is binary: it starts like an image, archive, program or database, or many of its
 * first bytes are control characters, including NUL, and it is not UTF-16. A few of them do not
 * make a text binary.
 *
 * @param sample the beginning of the file
 * @param given the encoding the caller specified
 */
export function looksBinary(sample: Uint8Array, given?: Encoding): boolean {
  if (MAGIC.some((magic) => startsWith(sample, magic))) return true
  const isTextual = TEXTUAL_MAGIC.some((magic) => startsWith(sample, magic))
  if (isTextual && countControls(sample.subarray(0, TEXTUAL_MAGIC_BYTES)) > 0) return true
  if ((given ?? detectEncoding(sample, false).encoding).startsWith('utf-16')) return false
  const inspected = sample.subarray(0, INSPECTED_BYTES)
  if (!inspected.includes(0)) return false
  const controls = countControls(inspected)
  const text = isUtf8(inspected.subarray(0, inspected.length - incompleteTail(inspected)))
  const maxControls =
    TOLERATED_CONTROLS +
    inspected.length * (text ? MAX_UTF8_CONTROL_SHARE : MAX_OTHER_CONTROL_SHARE)
  return controls === inspected.length || controls > maxControls
}
