import type { ColumnType } from '../../../../csv/types/decide.ts'
import type { DeclaredTypes } from '../../../../csv/types/declared.ts'
import type { ImportOptions } from '../options.ts'
import { findColumns, type NamedColumn } from './names.ts'

/**
 * The columns whose type the request gives, by their index among all cells of a row.
 *
 * @param skipped number of cells before the first column
 * @throws ImportError `unknown_column`
 */
export const declaredColumns = (
  columns: readonly NamedColumn[],
  { columnTypes = {} }: ImportOptions,
  skipped: number,
): DeclaredTypes => {
  const types = Object.values(columnTypes)
  const indexes = findColumns(columns, Object.keys(columnTypes), 'type')
  return new Map(indexes.map((index, at) => [skipped + index, types[at] as ColumnType]))
}
