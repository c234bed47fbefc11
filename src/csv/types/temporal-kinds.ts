import { KIND, TO_TIMESTAMP, TO_TIMESTAMPTZ } from './cell-kinds.ts'

const DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const MAX_FRACTION = 6
/** The largest UTC offset PostgreSQL accepts. */
const MAX_OFFSET_HOURS = 15
const ZERO = 0x30
const NINE = 0x39
const HYPHEN = 0x2d
const COLON = 0x3a
const BLANK = 0x20
const LETTER_T = 0x54
const LETTER_M = 0x6d
/** Some files have a no-break or narrow space before AM or PM. */
const AM_PM = /^[ \u00a0\u202f]?[ap]m$/i
/** The first day of the year 1 and the last one of 9999. */
const EDGE_DAY = /^(?:0001.01.01|0?1.0?1.0001|9999.12.31|31.12.9999|12.31.9999)$/
/** `31.12.25`, with or without a time. Its parts are checked apart. */
const SHORT_DATE = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?$/
const MIN_DATE_BYTES = 6
const MAX_SHORT_DATE_BYTES = 17
/** Larger than any combination of date kinds, so that an index and the kinds fit in one number. */
const END_UNIT = 2_048

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39

/** Parses `count` digits; -1 if any byte is not a digit. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index += 1) {
    const digit = (bytes[index] as number) - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** Whether the date exists, in the years 1 to 9999. */
function exists(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > (DAYS[month] as number)) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month !== 2 || day < 29 || leap
}

const isSeparator = (byte: number | undefined): boolean =>
  byte === 0x2d || byte === 0x2f || byte === 0x2e

/**
 * Parses the date at the start. Returns its end and kinds as `end * END_UNIT + kinds`, or 0 if
 * there is none.
 */
function readDate(bytes: Uint8Array, start: number, end: number): number {
  const separator = bytes[start + 4]
  if (end - start >= 10 && isSeparator(separator) && bytes[start + 7] === separator) {
    const year = digits(bytes, start, 4)
    const fits = exists(year, digits(bytes, start + 5, 2), digits(bytes, start + 8, 2))
    if (year >= 0) return fits ? (start + 10) * END_UNIT + KIND.dateYmd : 0
  }
  const firstLength = isDigit(bytes[start + 1]) ? 2 : 1
  const second = start + firstLength + 1
  const secondLength = isDigit(bytes[second + 1]) ? 2 : 1
  const last = second + secondLength + 1
  if (last + 4 > end || !isSeparator(bytes[second - 1]) || bytes[second - 1] !== bytes[last - 1]) {
    return 0
  }
  const a = digits(bytes, start, firstLength)
  const b = digits(bytes, second, secondLength)
  const year = digits(bytes, last, 4)
  const kinds = (exists(year, b, a) ? KIND.dateDmy : 0) | (exists(year, a, b) ? KIND.dateMdy : 0)
  return kinds && (last + 4) * END_UNIT + kinds
}

/** The number of digits in the hour at `at`. */
const hourDigits = (bytes: Uint8Array, at: number): number => (bytes[at + 1] === COLON ? 1 : 2)

/**
 * The end of the time at `at`: hours, minutes, seconds and up to 6 decimals of them; -1 if there
 * is none.
 */
function readTime(bytes: Uint8Array, at: number, end: number): number {
  const length = hourDigits(bytes, at)
  let next = at + length + 3
  if (next > end || bytes[at + length] !== COLON) return -1
  const hour = digits(bytes, at, length)
  const minute = digits(bytes, at + length + 1, 2)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return -1
  if (next >= end || bytes[next] !== COLON) return next
  const second = next + 3 <= end ? digits(bytes, next + 1, 2) : -1
  if (second < 0 || second > 59) return -1
  next += 3
  if (next >= end || bytes[next] !== 0x2e) return next
  const fraction = next + 1
  next = fraction
  while (next < end && isDigit(bytes[next])) next += 1
  return next > fraction && next - fraction <= MAX_FRACTION ? next : -1
}

/** Whether the rest is AM or PM, after a time whose hour is from 1 to 12. */
function isAmPm(bytes: Buffer, time: number, at: number, end: number): boolean {
  if (((bytes[end - 1] as number) | 0x20) !== LETTER_M) return false
  const hour = digits(bytes, time, hourDigits(bytes, time))
  return hour >= 1 && hour <= 12 && AM_PM.test(bytes.toString('utf8', at, end))
}

/** Whether the rest is a zone: `Z`, `+05`, `+0530`, `+05:30`. */
function isZone(bytes: Uint8Array, at: number, end: number): boolean {
  const sign = bytes[at]
  if (sign === 0x5a || sign === 0x7a) return at + 1 === end
  if (sign !== 0x2b && sign !== 0x2d) return false
  const length = end - at - 1
  if (length !== 2 && length !== 4 && length !== 5) return false
  const hour = digits(bytes, at + 1, 2)
  if (hour < 0 || hour > MAX_OFFSET_HOURS) return false
  if (length === 2) return true
  if (length === 5 && bytes[at + 3] !== 0x3a) return false
  const minute = digits(bytes, end - 2, 2)
  return minute >= 0 && minute <= 59
}

/** Whether the bytes are a date with a two-digit year, in any order. */
function isShortDate(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > MAX_SHORT_DATE_BYTES) return false
  const [, first, , second, third] = SHORT_DATE.exec(bytes.toString('latin1', start, end)) ?? []
  if (first === undefined) return false
  const [a, b, c] = [Number(first), Number(second), Number(third)]
  // A leap year, since the century is not known.
  return exists(2000, b, a) || exists(2000, a, b) || exists(2000, b, c)
}

/**
 * Whether the date may be in another year in UTC than 1 to 9999. PostgreSQL would show it as a year
 * before Christ, or with five digits.
 */
function mayLeaveYears(bytes: Buffer, start: number, dateEnd: number): boolean {
  const [first, last] = [bytes[start], bytes[dateEnd - 4]]
  if (first !== ZERO && first !== NINE && last !== ZERO && last !== NINE) return false
  return EDGE_DAY.test(bytes.toString('latin1', start, dateEnd))
}

/**
 * The date and timestamp kinds of the bytes. A date needs a four-digit year, since the century of
 * a two-digit one would be a guess. Its parts are separated by equal `-`, `/` or `.`. After a
 * blank or `T` a time may follow, in 24-hour form, or in 12-hour form with AM or PM.
 *
 * @returns bits of {@link KIND}, with `asIs` for an ISO 8601 date; 0 if the bytes are no date
 */
export function temporalKinds(bytes: Buffer, start: number, end: number): number {
  if (end - start < MIN_DATE_BYTES) return 0
  const date = readDate(bytes, start, end)
  if (date === 0) return isShortDate(bytes, start, end) ? KIND.shortDate : 0
  const kinds = date % END_UNIT
  const dateEnd = (date - kinds) / END_UNIT
  // Only year-first dates with hyphens are parsed the same under every DateStyle.
  const asIs = kinds === KIND.dateYmd && bytes[start + 4] === HYPHEN ? KIND.asIs : 0
  if (dateEnd === end) return kinds | asIs
  if (bytes[dateEnd] !== BLANK && bytes[dateEnd] !== LETTER_T) return 0
  const time = dateEnd + 1
  const timeEnd = readTime(bytes, time, end)
  if (timeEnd === -1) return 0
  const timeAsIs = hourDigits(bytes, time) === 2 ? asIs : 0
  if (timeEnd === end) return (kinds << TO_TIMESTAMP) | timeAsIs
  const zone = bytes[timeEnd] === BLANK ? timeEnd + 1 : timeEnd
  if (isZone(bytes, zone, end)) {
    if (mayLeaveYears(bytes, start, dateEnd) && end - zone > 1) return 0
    return (kinds << TO_TIMESTAMPTZ) | timeAsIs
  }
  return isAmPm(bytes, time, timeEnd, end) ? kinds << TO_TIMESTAMP : 0
}
