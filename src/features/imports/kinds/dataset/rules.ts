import type { CheckRow } from '../../../../csv/file/row-file.ts'
import type { RowBatch } from '../../../../csv/parse/row-batch.ts'
import { isBlank } from '../../../../csv/types/blank.ts'
import type { ColumnType } from '../../../../csv/types/decide.ts'
import {
  createNullTest,
  NULL_WORDS,
  type NullTest,
  TEXT_NULL_WORDS,
} from '../../../../csv/types/nulls.ts'
import type { ImportOptions } from '../options.ts'
import { findColumns, type NamedColumn } from './names.ts'
import { createTypeRule } from './type-rule.ts'

/** The words that mean null in every column. With `types=text` only the empty cell does. */
export const nullWords = ({ types, nulls }: ImportOptions): readonly string[] | undefined =>
  types === 'text' ? TEXT_NULL_WORDS : (nulls ?? undefined)

/** Creates the test for null of columns of a type. */
export const nullTestOf = (type: ColumnType, options: ImportOptions): NullTest =>
  createNullTest(nullWords(options) ?? (type === 'text' ? TEXT_NULL_WORDS : NULL_WORDS))

/**
 * Creates the check that critical columns and those of the primary key are not empty, and that cells
 * have the type that the request gives their column.
 *
 * @param skipped number of cells before the first column
 * @param types of the columns, once they are known: before, a word for null counts as one
 * @throws ImportError `unknown_column`
 */
export function createRules(
  columns: readonly NamedColumn[],
  options: ImportOptions,
  skipped: number,
  types: readonly ColumnType[] = [],
): CheckRow {
  const key = findColumns(columns, options.primaryKey, 'primary_key')
  const filled = findColumns(columns, Object.keys(options.defaults), 'default')
  const critical = findColumns(columns, options.critical, 'critical').filter(
    (index) => !filled.includes(index),
  )
  const rules = [...new Set([...key, ...critical])].map((index) => ({
    index,
    isNull: nullTestOf(types[index] ?? 'integer', options),
    refusal: {
      column: columns[index]?.sourceName ?? columns[index]?.name ?? '',
      ...(key.includes(index)
        ? { code: 'missing_key', reason: 'A column of the primary key is empty.' }
        : { code: 'missing_value', reason: 'A critical column is empty.' }),
    },
  }))

  const isMissing = (batch: RowBatch, row: number, index: number, isNull: NullTest): boolean => {
    if (index + skipped >= batch.width(row)) return true
    const cell = (batch.firstCell[row] as number) + index + skipped
    let start = batch.cellStart[cell] as number
    let end = batch.cellEnd[cell] as number
    while (start < end && isBlank(batch.bytes[start])) start += 1
    while (start < end && isBlank(batch.bytes[end - 1])) end -= 1
    return isNull(batch.bytes, start, end)
  }
  const typeRule = createTypeRule(columns, options, skipped)
  return (batch, row) =>
    rules.find(({ index, isNull }) => isMissing(batch, row, index, isNull))?.refusal ??
    typeRule(batch, row)
}
