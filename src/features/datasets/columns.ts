import { escapeIdentifier } from '../../database/client.ts'
import type { Column } from '../../generated/schemas.ts'

/** The table of a dataset. */
export const tableOf = (id: bigint): string => `datasets.${escapeIdentifier(`d${id}`)}`

/** A date or time in ISO 8601, which JSON has however the server is set; faster than a format. */
const isoText = (time: string): string => `btrim(to_json(${time})::text, '"')`

/** RFC 3339 in UTC; milliseconds are always there. */
function utcText(column: string): string {
  const text = isoText(`${column} AT TIME ZONE 'UTC'`)
  return `CASE WHEN date_trunc('second', ${column}) = ${column} THEN ${text} || '.000Z'
    ELSE rpad(${text}, greatest(length(${text}), 23), '0') || 'Z' END`
}

/** The value of a column as text: the one way in which it is shown. */
export function textOf({ name, type }: Column): string {
  const column = escapeIdentifier(name)
  switch (type) {
    case 'text':
      return column
    case 'date':
    case 'timestamp':
      return isoText(column)
    case 'timestamptz':
      return utcText(column)
    default:
      return `${column}::text`
  }
}

/** The value of a column as JSON has it. */
export function jsonOf(column: Column): string {
  const name = escapeIdentifier(column.name)
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
export function keyOf({ name, type }: Column): string {
  const column = escapeIdentifier(name)
  if (type === 'json') return `${column}::text COLLATE "C"`
  return type === 'text' ? `${column} COLLATE "C"` : column
}
