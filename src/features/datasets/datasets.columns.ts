import type { DatasetColumnType } from '../../generated/schemas.ts'
import { quoteIdentifier } from '../../platform/sql-names.ts'

/** A column as the catalogue has it. */
export interface DatasetColumn {
  readonly name: string
  /** As the file has it; null where it names none. */
  readonly sourceName: string | null
  readonly type: DatasetColumnType
  readonly nullable: boolean
}

/** The table of a dataset. */
export const tableOf = (id: bigint): string => `datasets.${quoteIdentifier(`d${id}`)}`

const toTheMicrosecond = (time: string) => `to_char(${time}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`

/** The value of a column as text, however the server is set: the one way in which it is shown. */
export function textOf({ name, type }: DatasetColumn): string {
  const column = quoteIdentifier(name)
  switch (type) {
    case 'text':
      return column
    case 'date':
      return `to_char(${column}, 'YYYY-MM-DD')`
    case 'timestamp':
      return `rtrim(rtrim(${toTheMicrosecond(column)}, '0'), '.')`
    case 'timestamptz':
      // At least milliseconds stay.
      return `regexp_replace(${toTheMicrosecond(`${column} AT TIME ZONE 'UTC'`)}, '0{1,3}$', '') || 'Z'`
    default:
      return `${column}::text`
  }
}

/** The value of a column as JSON has it. */
export function jsonOf(column: DatasetColumn): string {
  const name = quoteIdentifier(column.name)
  switch (column.type) {
    case 'integer':
      // Further numbers lose digits where they are read as JavaScript does.
      return `CASE WHEN ${name} BETWEEN -9007199254740991 AND 9007199254740991
        THEN to_json(${name}) ELSE to_json(${name}::text) END`
    case 'boolean':
    case 'json':
      return name
    default:
      return textOf(column)
  }
}

/** What rows are compared and sorted by: texts by their characters' codes, alike on all servers. */
export function keyOf({ name, type }: DatasetColumn): string {
  const column = quoteIdentifier(name)
  if (type === 'json') return `${column}::text COLLATE "C"`
  return type === 'text' ? `${column} COLLATE "C"` : column
}
