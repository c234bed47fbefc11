import { KIND } from '../types/cell-kinds.ts'
import { filled, hasType, isTyped, isWholeValue, sameCells, valueKinds } from './cells.ts'
import type { SampleRow } from './sample.ts'

const YEAR = /^(19|20)\d\d$/
const WHOLE_NUMBER = /^\d{1,9}$/

/** A column name contains a letter, or is a lone number sign. */
const NAME = /\p{L}|^#$/u

const namesOf = ({ cells }: SampleRow): string[] =>
  cells.map((cell) => cell.trim()).filter((cell) => cell !== '')

/** Whether each number is the one before it and 1. */
const counts = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number === (numbers[index - 1] as number) + 1)

/**
 * Whether the names are numbers: years above the figures of each, or the places of columns as
 * programs for statistics write them. Below a column of another kind must stand, or no such years:
 * a table without header can begin with 1, 2, 3, too.
 */
function isNumberHeader(row: SampleRow, below: readonly SampleRow[]): boolean {
  const names = namesOf(row)
  if (names.length < 2 || !names.every((name) => WHOLE_NUMBER.test(name))) return false
  if (!counts(names.map(Number))) return false
  const isYears = names.every((name) => YEAR.test(name))
  if (!isYears && Number(names[0]) > 1) return false
  const isOther = (cell: string) => {
    const kinds = valueKinds(cell)
    if (kinds === -1) return false
    return isYears ? !YEAR.test(cell.trim()) : (kinds & KIND.numeric) === 0
  }
  return row.cells.some((name, column) => {
    if (name.trim() === '') return false
    const cells = below.map((other) => other.cells[column] ?? '').filter((cell) => cell.trim())
    return cells.length > 0 && cells.every(isOther)
  })
}

/**
 * Whether a row names the columns below it. All its cells must be text. If the columns are text
 * too, no cell may occur again in its column. Years can be names next to other names.
 */
export function isHeader(row: SampleRow, below: readonly SampleRow[]): boolean {
  const rows = below.filter((other) => !sameCells(other, row))
  if (isNumberHeader(row, rows)) return true
  const names = namesOf(row)
  const isName = (name: string) => NAME.test(name) && valueKinds(name) === 0 && !isWholeValue(name)
  const others = names.filter((name) => !isName(name))
  if (others.length === names.length) return false
  const years = others.filter((name) => YEAR.test(name))
  const isYears = years.length === others.length && years.length > 1 && counts(years.map(Number))
  if (others.length > 0 && !isYears) return false
  if (row.cells.some((_, column) => isTyped(rows, column))) return true
  return !row.cells.some(
    (cell, column) => cell.trim() !== '' && rows.some((other) => other.cells[column] === cell),
  )
}

/** A header is judged by as many rows and columns: a hostile file must not take seconds. */
export const JUDGED_ROWS = 200
const JUDGED_COLUMNS = 50

/** The share of typed cells that makes a column typed; totals and notes may follow its values. */
const MIN_TYPED_SHARE = 3 / 4

/**
 * Whether columns below are typed, the row names at least that many, and no row above has such
 * values.
 *
 * @param used how many columns have anything in them
 */
export function isCertainHeader(rows: readonly SampleRow[], at: number, used: number): boolean {
  const row = rows[at] as SampleRow
  const below = rows.slice(at + 1, at + 1 + JUDGED_ROWS)
  const width = Math.min(Math.max(row.cells.length, below[0]?.cells.length ?? 0), JUDGED_COLUMNS)
  const columns = Array.from({ length: width }, (_, column) => column)
  const typed = columns.filter((column) => isTyped(below, column, MIN_TYPED_SHARE))
  const hasValue = ({ cells }: SampleRow) => typed.some((column) => hasType(cells[column] ?? ''))
  return (
    typed.length > 0 &&
    filled(row) >= used &&
    isHeader(row, below) &&
    !rows.slice(0, at).some(hasValue)
  )
}

/** The fewest rows below that show for certain what their columns contain. */
const MIN_CERTAIN_ROWS = 3

/**
 * Whether a row below the header belongs to it, such as units. It must be certain: what it has in
 * typed columns is no value of their types and does not occur again. One such column suffices
 * if the row fills no other.
 */
function isNextHeader(row: SampleRow, below: readonly SampleRow[], width: number): boolean {
  if (row.cells.length !== width || below.length < MIN_CERTAIN_ROWS) return false
  const typed = row.cells.flatMap((cell, column) =>
    cell.trim() !== '' && isTyped(below, column) ? [column] : [],
  )
  const isLabel = (cell: string) => valueKinds(cell) === 0 && !isWholeValue(cell)
  const labels = typed.filter((column) => isLabel(row.cells[column] ?? ''))
  const again = (column: number) => below.some((one) => one.cells[column] === row.cells[column])
  if (labels.length !== typed.length || labels.some(again)) return false
  return labels.length > 1 || (labels.length === 1 && filled(row) === 1)
}

/** Names, units and periods: a header has no more rows. */
const MAX_ROWS = 3

/** The rows of a header: the names, and rows of units and the like below them. */
export function headerRowsOf(table: readonly SampleRow[], width: number): readonly SampleRow[] {
  for (let count = Math.min(MAX_ROWS, table.length); count > 1; count -= 1) {
    const rows = table.slice(0, count)
    const isOfHeader = (row: SampleRow) => rows.some((one) => sameCells(one, row))
    // The rows of a header that is repeated below are no values.
    const rest = table.slice(count).filter((row, index, others) => {
      const above = others.slice(Math.max(0, index - count + 1), index)
      return !(
        isOfHeader(row) && [...above, row].some((one) => sameCells(one, rows[0] as SampleRow))
      )
    })
    if (rows.slice(1).every((row) => isNextHeader(row, rest, width))) return rows
  }
  return table.slice(0, 1)
}

/**
 * The cells of a first row that stand above groups of columns, in each column of their group: a year
 * above four quarters is in the first one's cell alone.
 */
function spread(cells: readonly string[], rows: readonly SampleRow[]): readonly string[] {
  const last = rows.at(-1) as SampleRow
  const isGroups = 2 * namesOf({ ...last, cells }).length <= filled(last)
  if (!isGroups || filled(last) < cells.length) return cells
  let group = ''
  return cells.map((cell) => {
    if (cell.trim() !== '') group = cell
    return group
  })
}

/** The columns' names: the cells of all header rows, joined by blanks. */
export function joinedNames(rows: readonly SampleRow[], width: number): readonly string[] {
  const [first] = rows
  if (first === undefined) return []
  if (rows.length === 1) return first.cells
  const [names = [], ...others] = [
    spread(first.cells, rows),
    ...rows.slice(1).map((row) => row.cells),
  ]
  return Array.from({ length: Math.max(width, first.cells.length) }, (_, column) =>
    [names, ...others]
      .map((cells) => (cells[column] ?? '').trim())
      .filter((cell) => cell !== '')
      .join(' '),
  )
}
