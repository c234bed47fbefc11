import type { Sample, SampleRow } from './sample.ts'

/** The base score of a single column; any delimiter must beat it. */
const ONE_COLUMN = 0.45
/** Factors for characters that are less likely to be delimiters. */
const PREFERENCE: Readonly<Record<string, number>> = { '^': 0.9, '~': 0.9, ':': 0.7 }
const NUMBER = /^[-+]?\d*([.,]\d{3})*([.,]\d+)?%?$/
/** A cell that continues a sentence. */
const PROSE = /^ \p{L}/u
const DELIMITER = /[,;\t|]/

/** The most frequent cell count of the rows; the larger one of a tie, 0 without rows. */
export function usualWidth(rows: readonly SampleRow[]): number {
  const counts = new Map<number, number>()
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  const [usual] = [...counts].sort(([a, m], [b, n]) => n - m || b - a)
  return usual?.[0] ?? 0
}

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

/**
 * Scores a reading of the sample: whether rows have the same cell count, apart from preamble and
 * footer; whether quotes open and close properly; whether delimiters remain inside cells.
 *
 * @returns 0 or more; higher is better
 */
export function scoreSample({ rows, covered }: Sample, delimiter: string): number {
  const width = usualWidth(rows)
  const isUsual = ({ cells }: SampleRow) => cells.length === width
  const core = rows.slice(rows.findIndex(isUsual), rows.findLastIndex(isUsual) + 1)
  if (core.length === 0) return 0
  const isSound = ({ problem }: SampleRow) => !problem || problem === 'too_many_columns'
  const sound = core.filter(isSound).length / core.length
  const quoted = 1 + 0.05 * (core.filter((row) => row.quoted).length / core.length)
  const common = sound * quoted * covered
  const clean = 0.6 + 0.4 * cleanShare(core)
  if (width === 1) return ONE_COLUMN * common * clean
  const consistent = core.filter(isUsual).length / core.length
  const inside = core.length / rows.length
  const written = clean * (1 - 0.4 * proseShare(core))
  return (
    common * consistent ** 2 * inside * written * (PREFERENCE[delimiter] ?? 1) +
    0.001 * Math.log2(width)
  )
}
