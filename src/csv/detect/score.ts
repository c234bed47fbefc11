import { hasType, isWholeValue } from './cells.ts'
import type { Sample, SampleRow } from './sample.ts'
import { findTable } from './table.ts'

/** The base score of a single column; any delimiter must beat it. */
const ONE_COLUMN = 0.45
/**
 * What is added if its cells are one value each that a delimiter would split: a list of links lost
 * all its rows to `:`, one of times its minutes.
 */
const ONE_TYPED_COLUMN = 0.5
/** Factors for characters that are less likely to be delimiters. */
const PREFERENCE: Readonly<Record<string, number>> = { '^': 0.9, '~': 0.9, ':': 0.7 }
/** A reading without types has this share of the score of one whose cells all have types. */
const UNTYPED = 0.7
/** Types are looked for in as many rows: enough to compare readings. */
const TYPED_ROWS = 100
const NUMBER = /^[-+]?\d*([.,]\d{3})*([.,]\d+)?%?$/
/** A cell that continues a sentence. A list of greetings was split at each comma. */
const PROSE = /^ \p{Ll}/u
const DELIMITER = /[,;\t|]/

/** The share of cells that are numbers, or contain nothing that looks like a delimiter. */
function cleanShare(rows: readonly SampleRow[]): number {
  const cells = rows.flatMap((row) => row.cells)
  const clean = cells.filter((cell) => NUMBER.test(cell) || !DELIMITER.test(cell))
  return clean.length / cells.length
}

/** The share of cells, except the first of each row, that continue a sentence. */
function proseShare(rows: readonly SampleRow[]): number {
  const cells = rows.flatMap((row) => row.cells.slice(1))
  return cells.filter((cell) => PROSE.test(cell)).length / cells.length
}

/** The share of the cells below the first row, blank ones left out, of which a test holds. */
function shareOf(rows: readonly SampleRow[], test: (cell: string) => boolean): number {
  const below = rows.length > 1 ? rows.slice(1, 1 + TYPED_ROWS) : rows
  const cells = below.flatMap((row) => row.cells).filter((cell) => cell.trim() !== '')
  return cells.length === 0 ? 0 : cells.filter(test).length / cells.length
}

/**
 * Scores a reading of the sample by its pattern and its types, as CleverCSV does (van den Burg,
 * Nazábal and Sutton, 2019): whether rows have the same cell count, apart from preamble and footer;
 * whether quotes open and close properly; whether delimiters remain inside cells; whether cells
 * have types. `1,5;2,5` has rows of three cells each by commas, and numbers by semicolons.
 *
 * @returns 0 or more; higher is better
 */
export function scoreSample({ rows, covered }: Sample, delimiter: string): number {
  const { start, width } = findTable(rows)
  const isUsual = ({ cells }: SampleRow) => cells.length === width
  const table = rows.slice(start)
  const core = table.slice(table.findIndex(isUsual), table.findLastIndex(isUsual) + 1)
  if (core.length === 0) return 0
  const isSound = ({ problem }: SampleRow) => !problem || problem === 'too_many_columns'
  const sound = core.filter(isSound).length / core.length
  const quoted = 1 + 0.05 * (core.filter((row) => row.quoted).length / core.length)
  const common = sound * quoted * covered
  const clean = 0.6 + 0.4 * cleanShare(core)
  const consistent = core.filter(isUsual).length / core.length
  if (width === 1) {
    const base = ONE_COLUMN + ONE_TYPED_COLUMN * shareOf(core, isWholeValue)
    // Of the delimiters that split no other row, one that splits none is better.
    return base * common * clean * consistent ** 2
  }
  // Keys and values above a table are written like it.
  const above = rows.slice(0, start)
  const split = above.filter(({ cells }) => cells.length > 1).length
  const inside = (core.length + split) / (rows.length - (start - split) / 2)
  const written = clean * (1 - 0.6 * proseShare(core))
  const types = shareOf(core, hasType)
  const typed = UNTYPED + (1 - UNTYPED) * types
  // Ragged rows of numbers are a table; ragged rows of words are more likely sentences.
  const pattern = consistent ** (2 - types) * inside
  return (
    common * pattern * written * typed * (PREFERENCE[delimiter] ?? 1) + 0.001 * Math.log2(width)
  )
}
