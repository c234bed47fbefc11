import { KIND, TO_TIMESTAMP, TO_TIMESTAMPTZ } from './cell-kinds.ts'
import type { DateOrder } from './decide.ts'
import { temporalKinds } from './temporal-kinds.ts'

/** Two-digit years from here on are of the 20th century. */
const FIRST_YEAR = 70
/** The longest one with a time and a zone. */
const MAX_BYTES = 40
const YEAR_LAST = /^(\d\d?([-/.])\d\d?\2)(\d\d)(?=$|[ T])/
const YEAR_FIRST = /^(\d\d)(?=([-/.])\d\d?\2\d\d?(?:$|[ T]))/

const isDigit = (byte = 0): boolean => byte >= 0x30 && byte <= 0x39

/** A two-digit year with its century: 1970 to 2069. */
export const fullYear = (year: string): string =>
  year.length !== 2 ? year : `${Number(year) < FIRST_YEAR ? '20' : '19'}${year}`

/** The kinds of dates and timestamps of an order. */
export const kindsOfOrder = (order: DateOrder): number => {
  const date = { ymd: KIND.dateYmd, dmy: KIND.dateDmy, mdy: KIND.dateMdy }[order]
  return date | (date << TO_TIMESTAMP) | (date << TO_TIMESTAMPTZ)
}

/**
 * The kinds of a date with a two-digit year, in the declared order.
 *
 * @returns bits of {@link KIND}; 0 if it is no such date
 */
export function shortYearKinds(
  bytes: Buffer,
  start: number,
  end: number,
  order: DateOrder,
): number {
  if (end - start > MAX_BYTES || !isDigit(bytes[start])) return 0
  const text = bytes.toString('latin1', start, end)
  const full =
    order === 'ymd'
      ? text.replace(YEAR_FIRST, fullYear)
      : text.replace(YEAR_LAST, (_, before: string, __, year: string) => before + fullYear(year))
  if (full === text) return 0
  // Dates with the year first have two digits for month and day; `26-1-5` gets them.
  const padded = order === 'ymd' ? full.replace(/([-/.])(\d)(?!\d)/g, '$10$2') : full
  const whole = Buffer.from(padded)
  return temporalKinds(whole, 0, whole.length) & kindsOfOrder(order)
}
