import type { Dialect } from '../detect/dialect.ts'
import { REJECT_COLUMNS } from './source.ts'

/** How many cells the rows of a file may have. */
export interface Shape {
  /** The number of cells of a complete row. */
  readonly width: number
  /** The fewest cells of a row, if only unused columns at the right are missing. */
  readonly minCells: number
  /** The most cells of a row; those beyond the width must be empty. */
  readonly maxCells: number
  /** Leading cells before the first column: a file of rejects has them. */
  readonly skipped: number
}

const isFilled = (name: string): boolean => name.trim() !== ''

/** Derives the shape from the header, if there is one. */
export function shapeOf({ header, names, columns, trailingEmptyColumns }: Dialect): Shape {
  const width = header ? names.length : columns
  const used = Math.max(columns - trailingEmptyColumns, names.findLastIndex(isFilled) + 1)
  const isRejects = header && REJECT_COLUMNS.every((name, index) => names[index] === name)
  return {
    width,
    minCells: Math.min(width, used),
    maxCells: trailingEmptyColumns > 0 ? Math.max(width, columns) : width,
    skipped: isRejects ? REJECT_COLUMNS.length : 0,
  }
}

/** Removes NUL from a name, since PostgreSQL text cannot contain it. */
export const storable = (name: string): string => name.replaceAll('\0', '')

/** Names as many as columns; null where there is none. */
const inColumns = (names: readonly string[], { width, skipped }: Shape): (string | null)[] =>
  Array.from({ length: width }, (_, index) => storable(names[index] ?? ''))
    .slice(skipped)
    .map((name) => (isFilled(name) ? name : null))

/** The column names in the file, unchanged; null where there is none. */
export const columnNames = ({ names }: Dialect, shape: Shape): (string | null)[] =>
  inColumns(names, shape)

/**
 * The names of the first header row if there are several and each column has a name of its own
 * there: units below them need not be part of a name. Else the column names.
 */
export function shortNames({ headerRows, names }: Dialect, shape: Shape): (string | null)[] {
  const first = inColumns(headerRows[0] ?? [], shape)
  const isClear = !first.includes(null) && new Set(first).size === first.length
  return headerRows.length > 1 && isClear ? first : inColumns(names, shape)
}
