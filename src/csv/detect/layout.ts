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
  /** How many rows the header has: two where units, or names once more, stand below the names. */
  readonly headerLines: 0 | 1 | 2
  /** The header's cells as they stand, those of two rows joined by a blank; empty without a header. */
  readonly names: readonly string[]
  /** The cells of the header's first row as they stand; empty without a header. */
  readonly headerCells: readonly string[]
  /** Rows that are the header, or its first row, once more. */
  readonly repeatedHeaders: number
  /** Columns at the right of which no cell is filled, not even in the header. */
  readonly trailingEmptyColumns: number
  /** Rows at the end that belong to no column. Only seen when the sample is the whole file. */
  readonly footerLines: number
  /** Rows with more or fewer cells than `columns`, preamble and footer apart. */
  readonly raggedRows: number
}

/** What is given instead of being detected. */
export interface GivenLayout {
  readonly preambleLines?: number
  /** A header that is given has one row. */
  readonly header?: boolean
  /** Lines at the end that are no rows. */
  readonly footerLines?: number
}

const MAX_PREAMBLE_ROWS = 50
const MAX_FOOTER_ROWS = 20
/** Words such as `no` and `t` are names of columns as well. */
const TELLING = ~(
  KIND.text |
  KIND.trueFalse |
  KIND.yesNo |
  KIND.tF |
  KIND.yN |
  KIND.saysTrue |
  KIND.saysFalse |
  KIND.asIs
)
const YEAR = /^(19|20)\d\d$/

const isNull = createNullTest()

/** A name of a column has a letter, or is a lone number sign. */
const NAME = /\p{L}|^#$/u

/** The kinds of a cell that no name of a column is; -1 when it is null. */
function tellingKinds(cell: string): number {
  const bytes = Buffer.from(cell.trim())
  if (isNull(bytes, 0, bytes.length)) return -1
  return classify(bytes, 0, bytes.length, KIND.json) & TELLING
}

const filled = ({ cells }: SampleRow): number => cells.filter((cell) => cell.trim() !== '').length

/** Whether the rows below hold values of a type in a column, or at least this share of them does. */
function isTyped(rows: readonly SampleRow[], column: number, share = 1): boolean {
  const kinds = rows
    .map((row) => tellingKinds(row.cells[column] ?? ''))
    .filter((found) => found !== -1)
  return kinds.length > 0 && kinds.filter((found) => found !== 0).length >= share * kinds.length
}

const sameCells = (a: SampleRow, b: SampleRow): boolean =>
  a.cells.length === b.cells.length && a.cells.every((cell, index) => cell === b.cells[index])

/**
 * Whether a row names the columns of those below: all its cells are text and, where the others are text as
 * well, none comes again in its column. Years may be names beside others.
 */
function isHeader(row: SampleRow, below: readonly SampleRow[]): boolean {
  const names = row.cells.filter((cell) => cell.trim() !== '')
  const labels = names.filter((name) => NAME.test(name) && tellingKinds(name) === 0)
  if (labels.length === 0) return false
  const others = names.filter((name) => !NAME.test(name) || tellingKinds(name) > 0)
  if (others.some((name) => !YEAR.test(name.trim())) || others.length === 1) return false
  const rows = below.filter((other) => !sameCells(other, row))
  if (row.cells.some((_, column) => isTyped(rows, column))) return true
  return !row.cells.some(
    (cell, column) => cell.trim() !== '' && rows.some((other) => other.cells[column] === cell),
  )
}

/** Rows below that show for sure what their columns hold. */
const CERTAIN_ROWS = 3

/**
 * Whether a row below the header belongs to it: such as units. Only where it is certain: no cell of it is a value
 * of its column's type, as far as columns have one, nor comes again there. One such column is enough where the row
 * fills no other.
 */
function isSecondHeader(row: SampleRow, below: readonly SampleRow[], width: number): boolean {
  if (row.cells.length !== width || below.length < CERTAIN_ROWS) return false
  const typed = row.cells.flatMap((_, column) => (isTyped(below, column) ? [column] : []))
  const labels = typed.filter((column) => tellingKinds(row.cells[column] ?? '') === 0)
  const again = (column: number) => below.some((one) => one.cells[column] === row.cells[column])
  if (labels.length !== typed.length || labels.some(again)) return false
  return labels.length > 1 || (labels.length === 1 && filled(row) === 1)
}

/** The cells of two rows of a header, as one. */
const joined = (first: SampleRow, second: SampleRow): string[] =>
  first.cells.map((cell, column) => `${cell.trim()} ${(second.cells[column] ?? '').trim()}`.trim())

const isComment = ({ cells }: SampleRow): boolean => /^#.*\p{L}/u.test(cells[0] ?? '')

/** Totals and the like may stand below the values of a column. */
const MOST = 3 / 4

/** Whether the rows below have typed columns, a row fills all columns, and those above have no such values. */
function isCertainHeader(rows: readonly SampleRow[], at: number, used: number): boolean {
  const row = rows[at] as SampleRow
  const below = rows.slice(at + 1)
  const typed = row.cells.flatMap((_, column) => (isTyped(below, column, MOST) ? [column] : []))
  const hasValue = ({ cells }: SampleRow) =>
    typed.some((column) => tellingKinds(cells[column] ?? '') > 0)
  return typed.length > 0 && filled(row) === used && !rows.slice(0, at).some(hasValue)
}

/**
 * How many rows stand before the header: such as have other numbers of cells, fill one of many, or are
 * comments. Only where a header follows, and one beyond doubt when they fill more than half of the columns:
 * no row of the table may be lost.
 */
function countPreamble(rows: readonly SampleRow[], width: number, used: number): number {
  if (used < 2) return 0
  const few = Math.max(1, Math.floor(used / 2))
  const fillsOne = (row: SampleRow) =>
    used >= 3 && filled(row) === 1 && tellingKinds(row.cells[0] ?? '') === 0
  const stands = (row: SampleRow) => row.cells.length !== width || isComment(row) || fillsOne(row)
  const first = rows.findIndex((row) => !stands(row))
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
 * Finds what belongs to the table and what stands around it.
 *
 * @param whole whether the rows are all of the file
 * @param leastPreamble how many lines before them are left out already
 */
export function findLayout(
  rows: readonly SampleRow[],
  given: GivenLayout,
  whole: boolean,
  leastPreamble = 0,
): Layout {
  const width = usualWidth(rows)
  const usual = rows.filter(({ cells }) => cells.length === width)
  const lastFilled = ({ cells }: SampleRow) => cells.findLastIndex((cell) => cell.trim() !== '') + 1
  const used = usual.reduce((most, row) => Math.max(most, lastFilled(row)), 0)

  const { preambleLines } = given
  const start =
    preambleLines === undefined
      ? countPreamble(rows, width, used)
      : rows.filter(({ line }) => line <= preambleLines).length
  const table = rows.slice(start)
  const [first, ...below] = table
  const header = given.header ?? (first !== undefined && isHeader(first, below))
  const found = whole ? countFooter(table, width, used) : 0
  const footerLines = given.footerLines ?? found
  const body = table.slice(0, whole ? table.length - footerLines : table.length)
  const [second, ...others] = below
  const isFirst = (row: SampleRow | undefined) => row && first && sameCells(row, first)
  const rest = others.filter((row, index) => !isFirst(row) && !isFirst(others[index - 1]))
  const mayBeDouble = header && given.header === undefined
  const double = mayBeDouble && second !== undefined && isSecondHeader(second, rest, width)
  const names = double && first ? joined(first, second) : (first?.cells ?? [])
  return {
    columns: width,
    preambleLines: preambleLines ?? (start > 0 ? (first?.line ?? 1) - 1 : leastPreamble),
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
