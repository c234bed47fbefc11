import { CsvError } from '../errors.ts'
import type { Escape, Format } from '../parse/format.ts'
import { createUtf8Converter } from '../parse/to-utf8.ts'
import { detectEncoding, type Encoding } from './encoding.ts'
import { findLayout, type GivenLayout, type Layout } from './layout.ts'
import { type RowEnd, readSample, type Sample } from './sample.ts'
import { scoreSample } from './score.ts'

/** How a file is written, as far as that is not to be detected. */
export interface GivenDialect extends Partial<Format>, GivenLayout {
  readonly encoding?: Encoding
}

/** How a file is written, and what its beginning shows. */
export interface Dialect extends Format, Layout {
  readonly encoding: Encoding
  /** The bytes of the byte order mark. */
  readonly bomBytes: number
  /** Which line ends the sample's rows have. `lineEnd` is what the parser goes by: `any`, unless given. */
  readonly lineEndsSeen: Exclude<RowEnd, 'none'> | 'mixed' | 'none'
}

/** Those of Hive and of ASCII itself are last. */
const DELIMITERS = [',', ';', '\t', '|', ':', '^', '~', '\u0001', '\u001f']

/** The ways of quoting that a sample speaks for. Single quotes and backslashes only where they are there. */
function quotings(utf8: Buffer, given: GivenDialect): Pick<Format, 'quote' | 'escape'>[] {
  const quotes = given.quote === undefined ? ['"', "'"] : [given.quote]
  return quotes.flatMap((quote, index) => {
    if (index > 0 && !utf8.includes(quote ?? '')) return []
    const escapes: Escape[] = given.escape ? [given.escape] : ['doubled']
    const backslash = quote !== null && utf8.includes(`\\${quote}`)
    if (given.escape === undefined && backslash) escapes.push('backslash')
    return escapes.map((escaping) => ({ quote, escape: escaping }))
  })
}

interface Reading {
  readonly format: Format
  readonly sample: Sample
  readonly score: number
}

/** Whether a sample speaks for its quote: double quotes need no cell that has them, others do. */
const isLikely = ({ rows }: Sample, { quote }: Format, given: GivenDialect): boolean =>
  quote === '"' || given.quote !== undefined || rows.some((row) => row.quoted)

/**
 * Reads the sample in every way that may be meant, and takes the one that fits best; the first of equals.
 *
 * @throws CsvError `invalid_dialect` when one character is given for both delimiter and quote
 */
function readBest(utf8: Buffer, given: GivenDialect, whole: boolean): Reading {
  const delimiters = given.delimiter === undefined ? DELIMITERS : [given.delimiter]
  const readings = quotings(utf8, given).flatMap((quoting) =>
    delimiters
      .filter((delimiter) => delimiter !== quoting.quote)
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

/** As many lines as are read in every way: of short ones there may be a hundred thousand in a sample. */
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

/** What a first line says of the delimiter, as spreadsheets write it: `sep=;`. */
function toldDelimiter(utf8: Buffer, { delimiter }: GivenDialect): string | undefined {
  const [, , told] = /^("?)sep=([^"\r\n])\1[\r\n]/i.exec(utf8.toString('latin1', 0, 9)) ?? []
  return told !== undefined && told <= '~' && (delimiter ?? told) === told ? told : undefined
}

function lineEndsSeen({ rows }: Sample): Dialect['lineEndsSeen'] {
  const [first, second] = new Set(rows.map((row) => row.end).filter((end) => end !== 'none'))
  if (first === undefined) return 'none'
  return second === undefined ? first : 'mixed'
}

/**
 * Finds out how a file is written, from its beginning: the way in which its rows have equally many cells.
 * It decides where rows and cells are, never what their values mean.
 *
 * @param bytes the beginning of the file as it is; some hundred kilobytes are plenty
 * @param given what is known: it is used and not detected
 * @param whole whether the bytes are all of the file
 * @throws CsvError `invalid_encoding`, `invalid_dialect`
 */
export function detectDialect(bytes: Uint8Array, given: GivenDialect = {}, whole = false): Dialect {
  const seen = detectEncoding(bytes, whole)
  const { encoding = seen.encoding } = given
  const bomBytes = encoding === seen.encoding ? seen.bomBytes : 0
  const converter = createUtf8Converter({ encoding, bomBytes })
  const start = converter.push(bytes)
  const utf8 = whole ? Buffer.concat([start, converter.end()]) : start

  const told = toldDelimiter(utf8, given)
  const toldLines = told === undefined || given.preambleLines !== undefined ? 0 : 1
  const known = told === undefined ? given : { delimiter: told, ...given }
  const head = firstLines(utf8)
  const all = head.length === utf8.length
  const best = readBest(head, known, whole && all)
  const { format } = best
  const sample = all ? best.sample : readSample(utf8, format, whole)
  const rows = sample.rows.filter(({ line }) => line > toldLines)
  return {
    ...format,
    encoding,
    bomBytes,
    lineEndsSeen: lineEndsSeen(sample),
    ...findLayout(rows, given, whole, toldLines),
  }
}
