import type { ColumnType } from './decide.ts'

/** PostgreSQL's names of the column types. */
export const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  integer: 'bigint',
  numeric: 'numeric',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
  json: 'json',
  text: 'text',
}
