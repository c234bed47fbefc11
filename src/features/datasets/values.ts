import { SQL_TYPES } from '../../csv/types/sql-types.ts'
import type { ColumnType } from '../../generated/schemas.ts'

const INTEGER = /^[+-]?\d{1,19}$/
const NUMERIC = /^[+-]?(?:\d{1,1000}(?:\.\d{0,1000})?|\.\d{1,1000})(?:e[+-]?\d{1,3})?$/i
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?$/
const ZONE = /(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/i

/** Whether the calendar has this day, in the years 1 to 9999. */
function isDay(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** Whether a text is a day and a time of it. */
const isTimestamp = (text: string): boolean =>
  isDay(text.slice(0, 10)) && /^[T ]$/i.test(text.charAt(10)) && TIME.test(text.slice(11))

function isInteger(text: string): boolean {
  return INTEGER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
}

const IS_VALUE: Readonly<Record<ColumnType, (text: string) => boolean>> = {
  integer: isInteger,
  numeric: (text) => NUMERIC.test(text),
  boolean: (text) => text === 'true' || text === 'false',
  date: isDay,
  timestamp: (text) => isDay(text) || isTimestamp(text),
  timestamptz: (text) => isDay(text) || (ZONE.test(text) && isTimestamp(text.replace(ZONE, ''))),
  uuid: (text) => UUID.test(text),
  json: (text) => !text.includes('\u0000'),
  text: (text) => !text.includes('\u0000'),
}

/** Whether a text from a request is a valid value of the type. */
export const isValue = (type: ColumnType, text: string): boolean => IS_VALUE[type](text)

/** Writes a value so that PostgreSQL's time zone does not matter: a day begins at midnight UTC. */
export const toSqlValue = (type: ColumnType, text: string): string =>
  type === 'timestamptz' && isDay(text) ? `${text}T00:00:00Z` : text

/** PostgreSQL's name of the type that values are compared as. JSON is compared as text. */
export const sqlType = (type: ColumnType): string => (type === 'json' ? 'text' : SQL_TYPES[type])
