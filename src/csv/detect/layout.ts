import { KIND } from '../types/cell-kinds.ts'
import { classify } from '../types/classify.ts'
import { createNullTest } from '../types/nulls.ts'
import type { SampleRow } from './sample.ts'
import { usualWidth } from './score.ts'

/** How the rows of a file are arranged. */
export interface Layout {
  readonly columns: number
  readonly preambleLines: number
  readonly header: boolean
  /** The number of header rows: two if units or a second line of names follow the names. */
  readonly headerLines: 0 | 1 | 2
  /** The column names, unchanged, with two rows joined by a blank; empty without a header. */
  readonly names: readonly string[]
  /** The cells of the first header row, unchanged; empty without a header. */
  readonly headerCells: readonly string[]
  /** How often the header, or its first row, occurs again. */
  readonly repeatedHeaders: number
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

const MAX_PREAMBLE_ROWS = 50
const MAX_FOOTER_ROWS = 20
/** The kinds that mark a value. Words such as `no` and `t` can also be column names. */
const VALUE_KINDS = ~(KIND.text | KIND.trueFalse | KIND.yesNo | KIND.tF | KIND.yN | KIND.asIs)
const YEAR = /^(19|20)\d\d$/

const isNull = createNullTest()

/** A column name contains a letter, or is a lone number sign. */
const NAME = /\p{L}|^#$/u

/** The kinds of a cell that rule out a column name; -1 if it is null. */
function valueKinds(cell: string): number {
  const bytes = Buffer.from(cell.trim())
  if (isNull(bytes, 0, bytes.length)) return -1
  return classify(bytes, 0, bytes.length, KIND.json) & VALUE_KINDS
}

const filled = ({ cells }: SampleRow): number => cells.filter((cell) => cell.trim() !== '').length

/** Whether a column of the rows contains typed values, in all its cells or at least this share. */
function isTyped(rows: readonly SampleRow[], column: number, share = 1): boolean {
  const kinds = rows.map((row) => valueKinds(row.cells[column] ?? '')).filter((kind) => kind !== -1)
  return kinds.length > 0 && kinds.filter((kind) => kind !== 0).length >= share * kinds.length
}

const sameCells = (a: SampleRow, b: SampleRow): boolean =>
  a.cells.length === b.cells.length && a.cells.every((cell, index) => cell === b.cells[index])

/**
 * Whether a row names the columns below it. All its cells must be text. If the columns are text
 * too, no cell may occur again in its column. Years can be names next to other names.
 */
function isHeader(row: SampleRow, below: readonly SampleRow[]): boolean {
  const names = row.cells.filter((cell) => cell.trim() !== '')
  const labels = names.filter((name) => NAME.test(name) && valueKinds(name) === 0)
  if (labels.length === 0) return false
  const others = names.filter((name) => !NAME.test(name) || valueKinds(name) > 0)
  if (others.some((name) => !YEAR.test(name.trim())) || others.length === 1) return false
  const rows = below.filter((other) => !sameCells(other, row))
  if (row.cells.some((_, column) => isTyped(rows, column))) return true
  return !row.cells.some(
    (cell, column) => cell.trim() !== '' && rows.some((other) => other.cells[column] === cell),
  )
}

/** The fewest rows below that show for certain what their columns contain. */
const MIN_CERTAIN_ROWS = 3

/**
 * Whether a row below the header belongs to it, such as units. It must be certain: in every typed
 * column the cell is not a value of that type and does not occur again. One such column suffices
 * if the row fills no other.
 */
function isSecondHeader(row: SampleRow, below: readonly SampleRow[], width: number): boolean {
  if (row.cells.length !== width || below.length < MIN_CERTAIN_ROWS) return false
  const typed = row.cells.flatMap((_, column) => (isTyped(below, column) ? [column] : []))
  const labels = typed.filter((column) => valueKinds(row.cells[column] ?? '') === 0)
  const again = (column: number) => below.some((one) => one.cells[column] === row.cells[column])
  if (labels.length !== typed.length || labels.some(again)) return false
  return labels.length > 1 || (labels.length === 1 && filled(row) === 1)
}

/** Joins the cells of two header rows. */
const joined = (first: SampleRow, second: SampleRow): string[] =>
  first.cells.map((cell, column) => `${cell.trim()} ${(second.cells[column] ?? '').trim()}`.trim())

const isComment = ({ cells }: SampleRow): boolean => /^#.*\p{L}/u.test(cells[0] ?? '')

/**
 * The share of typed cells that makes a column typed; totals and the like may follow its values.
 */
const MIN_TYPED_SHARE = 3 / 4

/**
 * Whether columns below are typed, the row fills all used columns, and no row above has such
 * values.
 */
function isCertainHeader(rows: readonly SampleRow[], at: number, used: number): boolean {
  const row = rows[at] as SampleRow
  const below = rows.slice(at + 1)
  const typed = row.cells.flatMap((_, column) =>
    isTyped(below, column, MIN_TYPED_SHARE) ? [column] : [],
  )
  const hasValue = ({ cells }: SampleRow) =>
    typed.some((column) => valueKinds(cells[column] ?? '') > 0)
  return typed.length > 0 && filled(row) === used && !rows.slice(0, at).some(hasValue)
}

/**
 * The number of rows before the header: rows with another cell count, with only one of many cells
 * filled, or comments. They count only if a header follows. If they fill more than half of the
 * columns, that header must be certain: no table row may be lost.
 */
function countPreamble(rows: readonly SampleRow[], width: number, used: number): number {
  if (used < 2) return 0
  const few = Math.max(1, Math.floor(used / 2))
  const fillsOne = (row: SampleRow) =>
    used >= 3 && filled(row) === 1 && valueKinds(row.cells[0] ?? '') === 0
  const isPreamble = (row: SampleRow) =>
    row.cells.length !== width || isComment(row) || fillsOne(row)
  const first = rows.findIndex((row) => !isPreamble(row))
  if (first < 1 || first > MAX_PREAMBLE_ROWS) return 0
  if (!isHeader(rows[first] as SampleRow, rows.slice(first + 1))) return 0
  const isShort = rows.slice(0, first).every((row) => filled(row) <= few || isComment(row))
  return isShort || isCertainHeader(rows, first, used) ? first : 0
}

function countFooter(rows: readonly SampleRow[], width: number, used: number): number {
  const few = Math.max(1, Math.floor(used / 2))
  let count = 0
  for (const row of rows.toReversed()) {
    if (used < 2 || row.cells.length === width || filled(row) > few) break
    count += 1
  }
  return count <= MAX_FOOTER_ROWS && count < rows.length - 1 ? count : 0
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
  const width = usualWidth(rows)
  const usual = rows.filter(({ cells }) => cells.length === width)
  const lastFilled = ({ cells }: SampleRow) => cells.findLastIndex((cell) => cell.trim() !== '') + 1
  const used = usual.reduce((max, row) => Math.max(max, lastFilled(row)), 0)

  const { preambleLines } = given
  const start =
    preambleLines === undefined
      ? countPreamble(rows, width, used)
      : rows.filter(({ line }) => line <= preambleLines).length
  const table = rows.slice(start)
  const [first, ...below] = table
  const header = given.header ?? (first !== undefined && isHeader(first, below))
  const detectedLines = whole ? countFooter(table, width, used) : 0
  const footerLines = given.footerLines ?? detectedLines
  const body = table.slice(0, whole ? table.length - footerLines : table.length)
  const [second, ...others] = below
  const isFirst = (row: SampleRow | undefined) => row && first && sameCells(row, first)
  const rest = others.filter((row, index) => !isFirst(row) && !isFirst(others[index - 1]))
  const mayBeDouble = header && given.header === undefined
  const double = mayBeDouble && second !== undefined && isSecondHeader(second, rest, width)
  const names = double && first ? joined(first, second) : (first?.cells ?? [])
  return {
    columns: width,
    preambleLines: preambleLines ?? (start > 0 ? (first?.line ?? 1) - 1 : skippedLines),
    header,
    headerLines: header && first !== undefined ? (double ? 2 : 1) : 0,
    names: header ? names : [],
    headerCells: header ? (first?.cells ?? []) : [],
    repeatedHeaders:
      header && first !== undefined ? below.filter((row) => sameCells(row, first)).length : 0,
    trailingEmptyColumns: width - used,
    footerLines,
    raggedRows: body.filter(({ cells }) => cells.length !== width).length,
  }
}
