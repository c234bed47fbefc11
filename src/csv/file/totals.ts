import type { Dialect } from '../detect/dialect.ts'
import { isTotalLabel } from '../detect/total-label.ts'
import type { RowBatch } from '../parse/row-batch.ts'
import { isBlankRow } from './blank-rows.ts'
import { isNote } from './footer.ts'

/** More rows of totals than this are data. */
const MAX_TOTALS = 3

/**
 * Whether a complete row is a total: `Total`, or a line, stands in a column that has dates or numbers otherwise.
 * Statements of banks end so, and their dates would be texts.
 */
function isTotal(
  cells: readonly string[],
  { columns, trailingEmptyColumns, typed }: Dialect,
): boolean {
  if (cells.length < columns - trailingEmptyColumns) return false
  const column = cells.findIndex((cell) => cell.trim() !== '')
  return typed[column] === true && isTotalLabel(cells)
}

/**
 * The totals at the end of a file. Blank rows and notes may follow them.
 *
 * @param batch the last rows of the file
 * @returns the rows' indexes
 */
export function findTotals(batch: RowBatch, known: Dialect): ReadonlySet<number> {
  const totals = new Set<number>()
  for (let row = batch.rows - 1; row >= 0 && totals.size < MAX_TOTALS; row -= 1) {
    const cells = batch.texts(row)
    if (isTotal(cells, known)) totals.add(row)
    else if (!isBlankRow(batch, row) && !(cells.length < known.columns && isNote(cells))) break
  }
  return totals
}
