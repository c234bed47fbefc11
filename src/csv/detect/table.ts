import { filled, isTyped, valueKinds } from './cells.ts'
import { isCertainHeader, isHeader, JUDGED_ROWS } from './header.ts'
import type { SampleRow } from './sample.ts'

/** Where the table is in a file. */
export interface Table {
  /** The index of its first row, which may be the header. */
  readonly start: number
  /** The usual number of cells of its rows. */
  readonly width: number
}

/** More rows before a header are data of some other table. */
const MAX_PREAMBLE_ROWS = 100
/** Lines above a table change their width seldom. */
const MAX_TRIES = 20
/** The share of rows below a header that have its width. */
const MIN_USUAL_SHARE = 0.8
/** So many rows of one width, with a typed column, are a table and no preamble. */
const MIN_TABLE_ROWS = 3
const MIN_TABLE_WIDTH = 3

/** The most frequent cell count of the rows; the larger one of a tie, 0 without rows. */
export function usualWidth(rows: readonly SampleRow[]): number {
  const counts = new Map<number, number>()
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  const [usual] = [...counts].sort(([a, m], [b, n]) => n - m || b - a)
  return usual?.[0] ?? 0
}

const lastFilled = ({ cells }: SampleRow) => cells.findLastIndex((cell) => cell.trim() !== '') + 1

/** How many columns of the rows of a width have anything in them. */
export const usedColumns = (rows: readonly SampleRow[], width: number): number =>
  rows.reduce((max, row) => (row.cells.length === width ? Math.max(max, lastFilled(row)) : max), 0)

const isComment = ({ cells }: SampleRow): boolean => /^#.*\p{L}/u.test(cells[0] ?? '')

/** Whether rows are a table of their own: several of one width, of which a column has a type. */
function isTable(rows: readonly SampleRow[]): boolean {
  const width = usualWidth(rows)
  const usual = rows.filter(({ cells }) => cells.length === width)
  if (width < MIN_TABLE_WIDTH || usual.length <= MIN_TABLE_ROWS) return false
  const below = usual.slice(1, JUDGED_ROWS)
  return (usual[0] as SampleRow).cells.some((_, column) => isTyped(below, column))
}

/** Whether rows are keys with a colon, and their values. */
const arePairs = (rows: readonly SampleRow[]): boolean =>
  rows.every((row) => filled(row) <= 2 && (row.cells[0] ?? '').trim().endsWith(':'))

const cellsOf = (rows: readonly SampleRow[]): number =>
  rows.reduce((sum, row) => sum + filled(row), 0)

/**
 * The table whose header is a row below others, if it certainly is one.
 *
 * @param isShort whether it has fewer names than the rows have cells
 */
function tableAt(rows: readonly SampleRow[], at: number, isShort: boolean): Table | undefined {
  const row = rows[at] as SampleRow
  const below = rows.slice(at + 1)
  const width = isShort ? (below[0]?.cells.length ?? 0) : row.cells.length
  if (width < 2 || (isShort && row.cells.length >= width)) return undefined
  const usual = below.filter(({ cells }) => cells.length === width)
  if (usual.length < MIN_USUAL_SHARE * below.length) return undefined
  const used = isShort ? row.cells.length : usedColumns(usual, width)
  const above = rows.slice(0, at)
  const isCertain = isCertainHeader([row, ...usual], 0, used)
  if (used < 2 || !(isCertain || (arePairs(above) && isHeader(row, usual.slice(0, JUDGED_ROWS)))))
    return undefined
  // A key and its value stand above a header of more columns, too.
  const [next, ...others] = usual.slice(0, JUDGED_ROWS)
  if (isShort && isHeader(next as SampleRow, others)) return undefined
  return isTable(above) && cellsOf(above) >= cellsOf(usual) ? undefined : { start: at, width }
}

/**
 * Finds a header of another width than the row above it, with typed columns below. A statement of a
 * bank had six lines of keys and values above two transactions: most rows were not the table's. Of
 * two tables below each other it is the second one only if that is the larger one.
 */
function findHeaderBelow(rows: readonly SampleRow[]): Table | undefined {
  const last = Math.min(rows.length - 1, MAX_PREAMBLE_ROWS + 1)
  for (const isShort of [false, true]) {
    let tries = 0
    for (let at = 1; at < last && tries < MAX_TRIES; at += 1) {
      const isChange = rows[at]?.cells.length !== rows[at - 1]?.cells.length
      if (!isChange && !isShort) continue
      const table = tableAt(rows, at, isShort)
      if (table) return table
      if (isChange) tries += 1
    }
  }
  return undefined
}

/**
 * The number of rows before the header: rows with another cell count, with few of many cells filled,
 * or comments. They count only if a header follows. If they fill more than half of the columns,
 * that header must be certain: no table row may be lost.
 */
function countPreamble(rows: readonly SampleRow[], width: number): number {
  const used = usedColumns(rows, width)
  if (used < 2) return 0
  const few = Math.max(1, Math.floor(used / 2))
  // Spreadsheets pad lines above a table with delimiters.
  const fillsFew = (row: SampleRow) =>
    used >= 3 && filled(row) <= few && valueKinds(row.cells[0] ?? '') === 0
  const isPreamble = (row: SampleRow) =>
    row.cells.length !== width || isComment(row) || fillsFew(row)
  const first = rows.findIndex((row) => !isPreamble(row))
  if (first < 1 || first > MAX_PREAMBLE_ROWS) return 0
  const below = rows.slice(first + 1, first + 1 + JUDGED_ROWS)
  if (!isHeader(rows[first] as SampleRow, below)) return 0
  const isShort = rows.slice(0, first).every((row) => filled(row) <= few || isComment(row))
  return isShort || isCertainHeader(rows, first, used) ? first : 0
}

/**
 * The number of rows before a certain header that fills more columns than each of them: keys and
 * values that a spreadsheet padded to the three columns of its table.
 */
function countNarrower(rows: readonly SampleRow[], width: number): number {
  const used = usedColumns(rows, width)
  const isFull = (row: SampleRow) => row.cells.length === width && filled(row) >= used
  const first = rows.findIndex((row) => isFull(row) || isGroups(row))
  if (used < 2 || first < 1 || first > MAX_PREAMBLE_ROWS) return 0
  return isCertainHeader(rows, first, used) ? first : 0
}

/** Whether a row may name groups of columns above their names: it begins with a blank cell. */
const isGroups = ({ cells }: SampleRow): boolean => (cells[0] ?? '').trim() === ''

/**
 * The number of rows before an empty line with a certain header below it, if they are less than the
 * table: a key and its value above a table of two columns.
 */
function countAboveGap(rows: readonly SampleRow[], width: number): number {
  const used = usedColumns(rows, width)
  const last = Math.min(rows.length - 1, MAX_PREAMBLE_ROWS + 1)
  for (let at = 1; at < last; at += 1) {
    const [row, before] = [rows[at] as SampleRow, rows[at - 1] as SampleRow]
    if (row.line - before.line < 2 || row.cells.length !== width) continue
    const [above, below] = [rows.slice(0, at), rows.slice(at)]
    const isLess = cellsOf(above) < cellsOf(below)
    // What has a header of its own is the table, and the lower header repeats it.
    const isOwn = isCertainHeader(above, 0, used) || isTable(above)
    return used >= 2 && isLess && !isOwn && isCertainHeader(below, 0, used) ? at : 0
  }
  return 0
}

/** Finds the table: the usual width of its rows, and where it begins. */
export function findTable(rows: readonly SampleRow[]): Table {
  const width = usualWidth(rows)
  const start =
    countPreamble(rows, width) || countNarrower(rows, width) || countAboveGap(rows, width)
  const below = findHeaderBelow(rows)
  if (below !== undefined && below.start > start) return below
  return { start, width }
}
