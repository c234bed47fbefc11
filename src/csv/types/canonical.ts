import type { Decision } from './decide.ts'
import { createNumberReader, type NumberFormat } from './number-format.ts'

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39

const TRUE = /^(true|t|yes|y|1)$/i
const MOMENT =
  /^(\d+)[-/.](\d+)[-/.](\d+)(?:[ T](\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?)?(?:[ \u00a0\u202f]?([ap])m)? ?(z|[-+].*)?$/i
const ZONE = /^([-+]\d\d):?(\d\d)?$/

const two = (text: string | number): string => String(text).padStart(2, '0')

/** The hour of 24; `half` is `a` or `p` behind a time of 12 hours. */
function hourOf(text: string, half: string | undefined): string {
  if (half === undefined) return two(text)
  return two((Number(text) % 12) + (half.toLowerCase() === 'p' ? 12 : 0))
}

function zoneOf(text: string): string {
  const [, hours = '+00', minutes = '00'] = ZONE.exec(text) ?? []
  return `${hours}:${minutes}`
}

/** A date or timestamp with the year first. */
function yearFirst(text: string, order: Decision['order']): string {
  const [all, a = '', b = '', c = '', hour, minute, seconds = '00', half, zone] =
    MOMENT.exec(text) ?? []
  if (all === undefined) return text
  const [year, month, day] = order === 'dmy' ? [c, b, a] : order === 'mdy' ? [c, a, b] : [a, b, c]
  const date = `${year}-${two(month)}-${two(day)}`
  if (hour === undefined) return date
  return `${date} ${hourOf(hour, half)}:${minute}:${seconds}${zone ? zoneOf(zone) : ''}`
}

const HYPHEN = 0x2d
const COLON = 0x3a
const LETTER_M = 0x6d
/** `01/02/2026`, and a time of day with a zone behind it. */
const DATE_BYTES = 10
/** Where day, month and year are moved, by the order they come in. */
const MOVED = {
  ymd: [0, 1, 2, 3, HYPHEN, 5, 6, HYPHEN, 8, 9],
  dmy: [6, 7, 8, 9, HYPHEN, 3, 4, HYPHEN, 0, 1],
  mdy: [6, 7, 8, 9, HYPHEN, 0, 1, HYPHEN, 3, 4],
} as const

/** Whether a time behind a date has two digits for its hour, of 24. */
const isWholeTime = (bytes: Uint8Array, time: number, end: number): boolean =>
  bytes[time + 2] === COLON && ((bytes[end - 1] as number) | 0x20) !== LETTER_M

/**
 * Puts the year first without making a text of the bytes: of dates whose parts have two and
 * four digits, with times of 24 hours.
 *
 * @returns how many bytes were written; 0 when the date is written in another way
 */
export function writeYearFirst(
  bytes: Uint8Array,
  start: number,
  end: number,
  order: 'ymd' | 'dmy' | 'mdy',
  out: Uint8Array,
): number {
  const length = end - start
  const separator = order === 'ymd' ? 4 : 2
  if (length < DATE_BYTES || length > out.length) return 0
  for (const at of order === 'ymd' ? [4, 7] : [2, 5]) {
    if (bytes[start + at] !== bytes[start + separator] || isDigit(bytes[start + at])) return 0
  }
  if (length > DATE_BYTES && !isWholeTime(bytes, start + DATE_BYTES + 1, end)) return 0
  const moved = MOVED[order]
  for (let at = 0; at < DATE_BYTES; at += 1) {
    const from = moved[at] as number
    out[at] = from === HYPHEN ? HYPHEN : (bytes[start + from] as number)
  }
  for (let at = DATE_BYTES; at < length; at += 1) out[at] = bytes[start + at] as number
  return length
}

/**
 * Makes what turns a cell that fits a decision into the text by which PostgreSQL reads its value and which an
 * export shows: `2026-01-31`, `2026-01-31 15:05:00+05:30` with the offset as given, `true` and `false`, plain
 * numbers (an exponent stays), a UUID in small letters. JSON and text stay as they are.
 */
export function createCanonical(
  numbers: NumberFormat,
): (decision: Decision, text: string) => string {
  const readNumber = createNumberReader(numbers)
  return ({ type, order }, text) => {
    switch (type) {
      case 'integer':
      case 'numeric':
        return readNumber?.(text) ?? text.trim()
      case 'boolean':
        return String(TRUE.test(text.trim()))
      case 'date':
      case 'timestamp':
      case 'timestamptz':
        return yearFirst(text.trim(), order)
      case 'uuid':
        return text.trim().toLowerCase()
      default:
        return text
    }
  }
}
