import type { Column } from '../../../../generated/schemas.ts'
import { plainName } from '../options.ts'
import type { RecordColumns } from './columns.ts'
import type { RecordFormats } from './formats.ts'

/**
 * The columns of a file of records for the import's record, in the order of the file: the fields, and
 * the columns that no field takes.
 *
 * @param isNullable whether a row lacks a field
 */
export const shownFields = (
  { fields, sources }: RecordColumns,
  { ambiguous }: RecordFormats,
  isNullable: (field: string) => boolean,
): readonly Column[] =>
  sources.flatMap((source, index): Column[] => {
    const own = fields.filter(({ column }) => column === index)
    if (own.length === 0) {
      const name = plainName(source)
      return [{ name, source_name: source, type: 'text', nullable: true, ignored: true }]
    }
    return own.map(({ field }) => ({
      name: field,
      source_name: source,
      type: 'text',
      nullable: isNullable(field),
      ...(ambiguous.includes(field) && { ambiguous: true }),
    }))
  })
