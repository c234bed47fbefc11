import type { ColumnType } from './decide.ts'

/** The types of columns as PostgreSQL names them. */
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
