import type { CheckRow } from '../../../../csv/file/row-file.ts'
import type { ColumnType } from '../../../../csv/types/decide.ts'
import { createDeclaredCheck } from '../../../../csv/types/declared-check.ts'
import type { ImportOptions } from '../options.ts'
import { declaredColumns } from './declared-columns.ts'
import type { NamedColumn } from './names.ts'

/** What a cell is not that does not fit, by the type of its column. */
const WANTED: Readonly<Record<ColumnType, string>> = {
  integer: 'a whole number of 64 bits',
  numeric: 'a number in the given format',
  boolean: 'true or false',
  date: 'a date in the order of the column',
  timestamp: 'a date and time in the order of the column',
  timestamptz: 'a date and time with an offset',
  uuid: 'a UUID',
  json: 'a JSON object or array',
  text: 'a text',
}

/**
 * Creates the check that the cells of columns whose type is given fit. It remembers what it
 * accepted, so call it last, for rows that nothing else refuses.
 *
 * @param skipped number of cells before the first column
 * @throws ImportError `unknown_column`
 */
export function createTypeRule(
  columns: readonly NamedColumn[],
  options: ImportOptions,
  skipped: number,
): CheckRow {
  const declared = declaredColumns(columns, options, skipped)
  if (declared.size === 0) return () => undefined
  const { nulls, numbers, dateOrder } = options
  const check = createDeclaredCheck({ nulls: nulls ?? undefined, numbers, dateOrder, declared })
  return (batch, row) => {
    const index = check(batch, row)
    if (index === undefined) return undefined
    const { sourceName, name } = columns[index - skipped] as NamedColumn
    const type = declared.get(index) as ColumnType
    return {
      column: sourceName ?? name,
      code: 'type_mismatch',
      reason: `The cell is not ${WANTED[type]}.`,
    }
  }
}
