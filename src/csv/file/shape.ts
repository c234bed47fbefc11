import type { Dialect } from '../detect/dialect.ts'
import { REJECT_COLUMNS } from './source.ts'

/** How many cells the rows of a file have. */
export interface Shape {
  /** The cells of a row that has a cell for every column. */
  readonly width: number
  /** Fewer are enough where only columns at the right are missing that nobody fills. */
  readonly least: number
  /** Cells beyond the width, up to this many, are no fault where they are empty. */
  readonly most: number
  /** Cells in front of the first column: those of a file of rejects. */
  readonly skipped: number
}

const isFilled = (name: string): boolean => name.trim() !== ''

/** By the header, where there is one. */
export function shapeOf({ header, names, columns, trailingEmptyColumns }: Dialect): Shape {
  const width = header ? names.length : columns
  const used = Math.max(columns - trailingEmptyColumns, names.findLastIndex(isFilled) + 1)
  const isRejects = header && REJECT_COLUMNS.every((name, index) => names[index] === name)
  return {
    width,
    least: Math.min(width, used),
    most: trailingEmptyColumns > 0 ? Math.max(width, columns) : width,
    skipped: isRejects ? REJECT_COLUMNS.length : 0,
  }
}

/** A name without NUL, which no text of PostgreSQL holds. */
export const storable = (name: string): string => name.replaceAll('\0', '')

/** The file's names of its columns as they stand; null where it names none. */
export const columnNames = ({ names }: Dialect, { width, skipped }: Shape): (string | null)[] =>
  Array.from({ length: width }, (_, index) => storable(names[index] ?? ''))
    .slice(skipped)
    .map((name) => (isFilled(name) ? name : null))
