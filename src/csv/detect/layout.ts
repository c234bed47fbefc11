import { filled, isTyped, sameCells, valueKinds } from './cells.ts'
import { headerRowsOf, isHeader, joinedNames } from './header.ts'
import type { SampleRow } from './sample.ts'
import { findTable, usedColumns, usualWidth } from './table.ts'
import { isTotalLabel } from './total-label.ts'

/** How the rows of a file are arranged. */
export interface Layout {
  readonly columns: number
  readonly preambleLines: number
  readonly header: boolean
  /** The number of header rows: more than one if units or further lines of names follow the names. */
  readonly headerLines: 0 | 1 | 2 | 3
  /** The column names, unchanged, with several rows joined by blanks; empty without a header. */
  readonly names: readonly string[]
  /** The cells of each header row, unchanged; empty without a header. */
  readonly headerRows: readonly (readonly string[])[]
  /**
   * Whether a row that equals the header repeats it. In a list of words under `fruit` it is a
   * value, since no column has a type that it does not fit.
   */
  readonly headerRepeats: boolean
  /** By column, whether all its cells in the sample have a type. */
  readonly typed: readonly boolean[]
  /** Columns at the right that are empty in every row, including the header. */
  readonly trailingEmptyColumns: number
  /** Rows at the end that belong to no column. Detected only if the sample is the whole file. */
  readonly footerLines: number
  /** Rows with more or fewer cells than `columns`, not counting preamble and footer. */
  readonly raggedRows: number
}

/** What the caller specifies instead of having it detected. */
export interface GivenLayout {
  readonly preambleLines?: number
  /** A specified header has one row. */
  readonly header?: boolean
  /** How many lines at the end are not rows. */
  readonly footerLines?: number
}

const MAX_FOOTER_ROWS = 20

function countFooter(rows: readonly SampleRow[], width: number, used: number): number {
  const few = Math.max(1, Math.floor(used / 2))
  let count = 0
  for (const row of rows.toReversed()) {
    if (used < 2 || row.cells.length === width || filled(row) > few) break
    count += 1
  }
  return count <= MAX_FOOTER_ROWS && count < rows.length - 1 ? count : 0
}

/** The share of rows with more cells than names that shows that names are missing. */
const MIN_LONGER_SHARE = 3 / 4
/** One such row may have a delimiter too many. */
const MIN_LONGER_ROWS = 2

/**
 * The names, as many as the rows have cells. Some programs leave out those of the last columns: each
 * row had more cells than columns then, and none was loaded.
 */
function padded(names: readonly string[], rows: readonly SampleRow[], used: number) {
  const isLonger = ({ cells }: SampleRow) =>
    cells.slice(names.length).some((cell) => cell.trim() !== '')
  const missing = used - names.length
  if (names.length === 0 || missing <= 0) return names
  // Notes below the table have fewer cells.
  const complete = rows.filter(({ cells }) => cells.length >= names.length)
  const longer = complete.filter(isLonger).length
  if (longer < MIN_LONGER_ROWS || longer < MIN_LONGER_SHARE * complete.length) return names
  return [...names, ...Array.from({ length: missing }, () => '')]
}

/** Where the table begins, and how wide it is, if its first lines were told apart by the caller. */
function tableBelow(rows: readonly SampleRow[], preambleLines: number) {
  const start = rows.filter(({ line }) => line <= preambleLines).length
  return { start, width: usualWidth(rows.slice(start)) }
}

/**
 * Finds the table, and what surrounds it.
 *
 * @param whole whether the rows are the whole file
 * @param skippedLines how many lines were already dropped before these rows
 */
export function findLayout(
  rows: readonly SampleRow[],
  given: GivenLayout,
  whole: boolean,
  skippedLines = 0,
): Layout {
  const { preambleLines } = given
  const { start, width } =
    preambleLines === undefined ? findTable(rows) : tableBelow(rows, preambleLines)
  const table = rows.slice(start)
  const used = usedColumns(table, width)
  const [first, ...below] = table
  const header = given.header ?? (first !== undefined && isHeader(first, below))
  const detectedLines = whole ? countFooter(table, width, used) : 0
  const footerLines = given.footerLines ?? detectedLines
  const body = table.slice(0, whole ? table.length - footerLines : table.length)
  const headerRows = header
    ? given.header === undefined
      ? headerRowsOf(table, width)
      : table.slice(0, 1)
    : []
  const names = joinedNames(headerRows, width)
  const values = table.filter(
    (row) => !headerRows.some((one) => sameCells(one, row)) && !isTotalLabel(row.cells),
  )
  const usual = values.filter(({ cells }) => cells.length === width)
  const typed = Array.from({ length: width }, (_, column) => isTyped(usual, column))
  return {
    columns: width,
    preambleLines: preambleLines ?? (start > 0 ? (first?.line ?? 1) - 1 : skippedLines),
    header,
    headerLines: headerRows.length as Layout['headerLines'],
    names: padded(names, values, used),
    headerRows: headerRows.map(({ cells }) => cells),
    headerRepeats: typed.some(
      (isTypedColumn, column) =>
        isTypedColumn && valueKinds(headerRows[0]?.cells[column] ?? '') === 0,
    ),
    typed,
    trailingEmptyColumns: width - used,
    footerLines,
    raggedRows: body.filter(({ cells }) => cells.length !== width).length,
  }
}
