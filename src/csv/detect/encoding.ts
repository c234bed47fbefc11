import { isUtf8 } from 'node:buffer'
import type { SingleByteEncoding } from '../parse/single-byte.ts'
import { incompleteTail } from '../parse/utf8.ts'
import { EncodingEvidence } from './encoding-evidence.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | SingleByteEncoding

/** An encoding by what the bytes of a file show. */
export interface FoundEncoding {
  readonly encoding: Encoding
  /** Whether the bytes could as well be of another encoding. */
  readonly isGuess: boolean
}

export interface DetectedEncoding extends FoundEncoding {
  /** The length of the byte order mark; 0 if there is none. */
  readonly bomBytes: number
}

/** How many bytes at the start are inspected. */
const INSPECTED_BYTES = 4_096
/**
 * UTF-16 is assumed if one byte of each pair is NUL at least this often: digits, delimiters and line
 * ends are, in every script. The other one may be so this often.
 */
const MIN_NUL_SHARE = 0.04
const MAX_OTHER_NUL_SHARE = 0.002
/** Latin text has as many. */
const SURE_NUL_SHARE = 0.4

/** Control characters, but those of lines, tabs and separators. */
const isControl = (unit: number): boolean =>
  unit < 0x09 || (unit > 0x0d && unit < 0x20 && unit !== 0x1b && unit !== 0x1f && unit !== 0x1e)

/** Whether a text has characters that no text has. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (isControl(unit) || unit >= 0xfffe) return true
  }
  return false
}

/** Whether the line ends among the bytes are mostly line ends of the text. */
function hasLines(text: string, bytes: Buffer): boolean {
  const end = bytes.includes(0x0a) ? 0x0a : 0x0d
  const lines = text.split(String.fromCharCode(end)).length - 1
  return lines > 0 && 2 * lines >= bytes.filter((byte) => byte === end).length
}

/** Detects UTF-16 without a mark, whatever its script. */
function utf16WithoutMark(sample: Uint8Array): Encoding | undefined {
  const length = Math.min(sample.length, INSPECTED_BYTES) & ~1
  if (length < 4) return undefined
  let even = 0
  let odd = 0
  for (let index = 0; index < length; index += 2) {
    if (sample[index] === 0) even += 2 / length
    if (sample[index + 1] === 0) odd += 2 / length
  }
  const isLittle = odd > MIN_NUL_SHARE && even <= MAX_OTHER_NUL_SHARE
  const isBig = even > MIN_NUL_SHARE && odd <= MAX_OTHER_NUL_SHARE
  if (!isLittle && !isBig) return undefined
  const bytes = Buffer.from(sample.subarray(0, length))
  const text = (isLittle ? bytes : bytes.swap16()).toString('utf16le')
  // Text has no control characters, nor halves of characters but where it is cut.
  if (hasControls(text) || !text.slice(0, -1).isWellFormed()) return undefined
  // A few NUL in other text are no line ends.
  const isSure = Math.max(odd, even) >= SURE_NUL_SHARE && !bytes.includes(0x0a)
  if (!isSure && !hasLines(text, bytes)) return undefined
  return isLittle ? 'utf-16le' : 'utf-16be'
}

const mark = (encoding: Encoding, bomBytes: number): DetectedEncoding => ({
  encoding,
  bomBytes,
  isGuess: false,
})

/** The byte order mark at the start, and the encoding it stands for. */
function byteOrderMark([first, second, third]: Uint8Array): DetectedEncoding | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return mark('utf-8', 3)
  if (first === 0xff && second === 0xfe) return mark('utf-16le', 2)
  if (first === 0xfe && second === 0xff) return mark('utf-16be', 2)
  return undefined
}

/**
 * Detects the encoding from the beginning of a file: by byte order mark; NUL in one byte of many
 * pairs; UTF-8 unless most of what is not ASCII is none; else by the letters.
 *
 * @param whole whether the sample is the whole file, and so cannot end inside a character
 */
export function detectEncoding(sample: Uint8Array, whole: boolean): DetectedEncoding {
  const marked = byteOrderMark(sample)
  if (marked) return marked
  const utf16 = utf16WithoutMark(sample)
  if (utf16) return { encoding: utf16, bomBytes: 0, isGuess: false }
  const evidence = new EncodingEvidence()
  evidence.add(Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength))
  if (whole) evidence.end()
  return { ...evidence.verdict(), bomBytes: 0 }
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
  const encoding = given ?? byteOrderMark(sample)?.encoding ?? utf16WithoutMark(sample)
  if (encoding?.startsWith('utf-16')) return false
  const inspected = sample.subarray(0, INSPECTED_BYTES)
  if (!inspected.includes(0)) return false
  const controls = countControls(inspected)
  const text = isUtf8(inspected.subarray(0, inspected.length - incompleteTail(inspected)))
  const maxControls =
    TOLERATED_CONTROLS +
    inspected.length * (text ? MAX_UTF8_CONTROL_SHARE : MAX_OTHER_CONTROL_SHARE)
  return controls === inspected.length || controls > maxControls
}
