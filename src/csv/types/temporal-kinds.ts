import { KIND, TO_TIMESTAMP, TO_TIMESTAMPTZ } from './cell-kinds.ts'

const DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const MAX_FRACTION = 6
/** The largest offset PostgreSQL takes. */
const MAX_OFFSET_HOURS = 15
const HYPHEN = 0x2d
const COLON = 0x3a
const BLANK = 0x20
const LETTER_T = 0x54
const LETTER_M = 0x6d
/** Some write a hard or a narrow blank before it. */
const HALF_DAY = /^[ \u00a0\u202f]?[ap]m$/i
/** Above all kinds of dates: a place and the kinds make one number. */
const PLACE = 2_048

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39

/** The number of `count` digits; -1 when one of them is none. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index += 1) {
    const digit = (bytes[index] as number) - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** Whether the calendar has this day, in the years 1 to 9999. */
function exists(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > (DAYS[month] as number)) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month !== 2 || day < 29 || leap
}

const isSeparator = (byte: number | undefined): boolean =>
  byte === 0x2d || byte === 0x2f || byte === 0x2e

/** The kinds of the date at the front and where it ends, as `end * PLACE + kinds`; 0 when there is none. */
function readDate(bytes: Uint8Array, start: number, end: number): number {
  const separator = bytes[start + 4]
  if (end - start >= 10 && isSeparator(separator) && bytes[start + 7] === separator) {
    const year = digits(bytes, start, 4)
    const fits = exists(year, digits(bytes, start + 5, 2), digits(bytes, start + 8, 2))
    if (year >= 0) return fits ? (start + 10) * PLACE + KIND.dateYmd : 0
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
  return kinds && (last + 4) * PLACE + kinds
}

/** How many digits the hour at `at` has. */
const hourDigits = (bytes: Uint8Array, at: number): number => (bytes[at + 1] === COLON ? 1 : 2)

/** Where the time of day at `at` ends: hours, minutes, seconds, up to 6 digits of them; -1 when there is none. */
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

/** Whether all that is left is AM or PM, behind the time at `time`, which has an hour from 1 to 12 then. */
function isHalfDay(bytes: Buffer, time: number, at: number, end: number): boolean {
  if (((bytes[end - 1] as number) | 0x20) !== LETTER_M) return false
  const hour = digits(bytes, time, hourDigits(bytes, time))
  return hour >= 1 && hour <= 12 && HALF_DAY.test(bytes.toString('utf8', at, end))
}

/** Whether all that is left is a zone: `Z`, `+05`, `+0530`, `+05:30`. */
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

/**
 * The kinds of date and timestamp that the bytes are. A date has a year of four digits (one of two digits
 * makes none: its century would be a guess) and its parts stand between equal `-`, `/` or `.`; a time follows
 * after a blank or `T`, of 24 hours or, with AM or PM behind it, of 12.
 *
 * @returns bits of {@link KIND}, with `asIs` for a date as ISO 8601 has it; 0 when it is none
 */
export function temporalKinds(bytes: Buffer, start: number, end: number): number {
  if (end - start < 8) return 0
  const date = readDate(bytes, start, end)
  if (date === 0) return 0
  const kinds = date % PLACE
  const dateEnd = (date - kinds) / PLACE
  // Only the year first, with hyphens, is read alike by all.
  const asIs = kinds === KIND.dateYmd && bytes[start + 4] === HYPHEN ? KIND.asIs : 0
  if (dateEnd === end) return kinds | asIs
  if (bytes[dateEnd] !== BLANK && bytes[dateEnd] !== LETTER_T) return 0
  const time = dateEnd + 1
  const timeEnd = readTime(bytes, time, end)
  if (timeEnd === -1) return 0
  const timeAsIs = hourDigits(bytes, time) === 2 ? asIs : 0
  if (timeEnd === end) return (kinds << TO_TIMESTAMP) | timeAsIs
  const zone = bytes[timeEnd] === BLANK ? timeEnd + 1 : timeEnd
  if (isZone(bytes, zone, end)) return (kinds << TO_TIMESTAMPTZ) | timeAsIs
  return isHalfDay(bytes, time, timeEnd, end) ? kinds << TO_TIMESTAMP : 0
}
