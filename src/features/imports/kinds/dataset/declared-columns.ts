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
): DeclaredTypes =>
  new Map(
    Object.entries(columnTypes).map(([column, type]) => [
      skipped + (findColumns(columns, [column], 'type')[0] as number),
      type,
    ]),
  )
