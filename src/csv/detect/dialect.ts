import { CsvError } from '../errors.ts'
import type { Escape, Format, LineEnd } from '../parse/format.ts'
import { findLineEnd, lineEndBytes } from '../parse/line-ends.ts'
import { createUtf8Converter } from '../parse/to-utf8.ts'
import { detectEncoding, type Encoding, type FoundEncoding } from './encoding.ts'
import { findLayout, type GivenLayout, type Layout } from './layout.ts'
import { type RowEnd, readSample, type Sample } from './sample.ts'
import { scoreSample } from './score.ts'

/** The parts of the dialect that the caller specifies; the rest is detected. */
export interface GivenDialect extends Partial<Format>, GivenLayout {
  readonly encoding?: Encoding
}

/** A file's dialect, and what its beginning shows. */
export interface Dialect extends Format, Layout {
  readonly encoding: Encoding
  /** Whether the bytes could as well be of another encoding. */
  readonly isEncodingGuess: boolean
  /** The length of the byte order mark. */
  readonly bomBytes: number
  /** The line ends in the sample. `lineEnd` is what the parser uses: `any` unless specified. */
  readonly lineEndsSeen: Exclude<RowEnd, 'none'> | 'mixed' | 'none'
  /** The lines above the table, as far as the sample goes. */
  readonly preamble: readonly { readonly line: number; readonly text: string }[]
}

/** The separators of Hive and of ASCII itself come last. */
const DELIMITERS = [',', ';', '\t', '|', ':', '^', '~', '\u0001', '\u001f']

type Quoting = Pick<Format, 'quote' | 'escape' | 'padded'>

/** The quoting styles to try. Single quotes and backslashes are tried only if they occur. */
function quotings(utf8: Buffer, given: GivenDialect): Quoting[] {
  const quotes = given.quote === undefined ? ['"', "'"] : [given.quote]
  return quotes.flatMap((quote, index) => {
    if (index > 0 && !utf8.includes(quote ?? '')) return []
    const escapes: Escape[] = given.escape ? [given.escape] : ['doubled']
    const backslash = quote !== null && utf8.includes(`\\${quote}`)
    if (given.escape === undefined && backslash) escapes.push('backslash')
    // Some programs write a blank after each delimiter, before quotes too.
    const padding = quote !== null && utf8.includes(` ${quote}`) ? [true, false] : [false]
    return escapes.flatMap((escaping) =>
      padding.map((padded) => ({ quote, escape: escaping, padded })),
    )
  })
}

/** Whether a blank is between a delimiter and a quote. */
const isPadded = (utf8: Buffer, delimiter: string, quote: string | null): boolean =>
  delimiter !== ' ' && utf8.includes(`${delimiter} ${quote}`)

/**
 * The delimiters to try. Those that the sample does not have all give the reading of the first of
 * them: one column.
 */
function delimitersOf(utf8: Buffer, { delimiter }: GivenDialect): readonly string[] {
  if (delimiter !== undefined) return [delimiter]
  const absent = DELIMITERS.filter((one) => !utf8.includes(one))
  return DELIMITERS.filter((one) => one === absent[0] || !absent.includes(one))
}

interface Reading {
  readonly format: Format
  readonly sample: Sample
  readonly score: number
}

/** Whether the quote is plausible: double quotes always are, others only if a cell uses them. */
const isLikely = ({ rows }: Sample, { quote }: Format, given: GivenDialect): boolean =>
  quote === '"' || given.quote !== undefined || rows.some((row) => row.quoted)

/**
 * Parses the sample in every plausible way and returns the best reading; ties go to the first.
 *
 * @throws CsvError `invalid_dialect` if the given delimiter and quote are the same
 */
function readBest(utf8: Buffer, given: GivenDialect, whole: boolean): Reading {
  const delimiters = delimitersOf(utf8, given)
  const readings = quotings(utf8, given).flatMap((quoting) =>
    delimiters
      .filter((delimiter) => delimiter !== quoting.quote)
      .filter((delimiter) => !quoting.padded || isPadded(utf8, delimiter, quoting.quote))
      .map((delimiter): Reading => {
        const format = { ...quoting, delimiter, lineEnd: given.lineEnd ?? 'any' }
        const sample = readSample(utf8, format, whole)
        const score = isLikely(sample, format, given) ? scoreSample(sample, delimiter) : -1
        return { format, sample, score }
      }),
  )
  if (readings.length === 0) {
    throw new CsvError('invalid_dialect', 'The delimiter and the quote are the same.')
  }
  return readings.reduce((best, other) => (other.score > best.score ? other : best))
}

/** Try each reading on this many lines only: a sample may have a hundred thousand short ones. */
const MAX_LINES = 5_000

function firstLines(utf8: Buffer): Buffer {
  let lines = 0
  for (let at = 0; at < utf8.length; at += 1) {
    const byte = utf8[at]
    if (byte === 0x0a || (byte === 0x0d && utf8[at + 1] !== 0x0a)) lines += 1
    if (lines === MAX_LINES) return utf8.subarray(0, at + 1)
  }
  return utf8
}

/** The delimiter declared by a first line that spreadsheets write: `sep=;`. */
function declaredDelimiter(utf8: Buffer, { delimiter }: GivenDialect): string | undefined {
  const [, , declared] = /^("?)sep=([^"\r\n])\1[\r\n]/i.exec(utf8.toString('latin1', 0, 9)) ?? []
  return declared !== undefined && declared <= '~' && (delimiter ?? declared) === declared
    ? declared
    : undefined
}

/** The lines above the table. */
function preambleOf(utf8: Buffer, lines: number, lineEnd: LineEnd): Dialect['preamble'] {
  const preamble: { line: number; text: string }[] = []
  for (let from = 0; preamble.length < lines && from < utf8.length; ) {
    const at = findLineEnd(utf8, from, utf8.length, lineEnd)
    const end = at === -1 ? utf8.length : at
    preamble.push({ line: preamble.length + 1, text: utf8.toString('utf8', from, end) })
    from = at === -1 ? end : at + lineEndBytes(utf8, at, lineEnd)
  }
  return preamble
}

function lineEndsSeen({ rows }: Sample): Dialect['lineEndsSeen'] {
  const [first, second] = new Set(rows.map((row) => row.end).filter((end) => end !== 'none'))
  if (first === undefined) return 'none'
  return second === undefined ? first : 'mixed'
}

/**
 * Detects a file's dialect from its beginning: the one in which its rows have equally many cells.
 * It decides where rows and cells are, never what their values mean.
 *
 * @param bytes the beginning of the file as it is; a few hundred kilobytes are enough
 * @param given what the caller knows; it is used instead of detected
 * @param whole whether the bytes are the whole file
 * @param found the encoding by more of the file than these bytes
 * @throws CsvError `invalid_encoding`, `invalid_dialect`
 */
export function detectDialect(
  bytes: Uint8Array,
  given: GivenDialect = {},
  whole = false,
  found?: FoundEncoding,
): Dialect {
  const detected = found ? { ...found, bomBytes: 0 } : detectEncoding(bytes, whole)
  const { encoding = detected.encoding } = given
  const bomBytes = encoding === detected.encoding ? detected.bomBytes : 0
  const converter = createUtf8Converter({ encoding, bomBytes })
  const start = converter.push(bytes)
  const utf8 = whole ? Buffer.concat([start, converter.end()]) : start

  const declared = declaredDelimiter(utf8, given)
  const declarationLines = declared === undefined || given.preambleLines !== undefined ? 0 : 1
  const known = declared === undefined ? given : { delimiter: declared, ...given }
  const head = firstLines(utf8)
  const all = head.length === utf8.length
  const best = readBest(head, known, whole && all)
  const { format } = best
  const sample = all ? best.sample : readSample(utf8, format, whole)
  const rows = sample.rows.filter(({ line }) => line > declarationLines)
  const layout = findLayout(rows, given, whole, declarationLines)
  return {
    ...format,
    encoding,
    isEncodingGuess: given.encoding === undefined && detected.isGuess,
    bomBytes,
    lineEndsSeen: lineEndsSeen(sample),
    ...layout,
    preamble: preambleOf(utf8, layout.preambleLines, format.lineEnd),
  }
}
