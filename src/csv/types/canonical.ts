import { createAccountingReader } from './accounting.ts'
import { KIND } from './cell-kinds.ts'
import type { Decision } from './decide.ts'
import { createNumberReader, type NumberFormat } from './number-format.ts'
import { fullYear } from './short-years.ts'

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39

const TRUE = /^(true|t|yes|y|on|1)$/i
const DATE_TIME =
  /^(\d+)[-/.](\d+)[-/.](\d+)(?:[ T](\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?)?(?:[ \u00a0\u202f]?([ap])m)? ?(z|[-+].*)?$/i
const ZONE = /^([-+]\d\d):?(\d\d)?$/

const twoDigits = (text: string | number): string => String(text).padStart(2, '0')

/** The hour in 24-hour form; `ampm` is `a` or `p` after a 12-hour time. */
function hourOf(text: string, ampm: string | undefined): string {
  if (ampm === undefined) return twoDigits(text)
  return twoDigits((Number(text) % 12) + (ampm.toLowerCase() === 'p' ? 12 : 0))
}

function zoneOf(text: string): string {
  const [, hours = '+00', minutes = '00'] = ZONE.exec(text) ?? []
  return `${hours}:${minutes}`
}

/** Rewrites a date or timestamp with the year first. */
function yearFirst(text: string, order: Decision['order']): string {
  const [all, a = '', b = '', c = '', hour, minute, seconds = '00', ampm, zone] =
    DATE_TIME.exec(text) ?? []
  if (all === undefined) return text
  const [year, month, day] = order === 'dmy' ? [c, b, a] : order === 'mdy' ? [c, a, b] : [a, b, c]
  const date = `${fullYear(year)}-${twoDigits(month)}-${twoDigits(day)}`
  if (hour === undefined) return date
  return `${date} ${hourOf(hour, ampm)}:${minute}:${seconds}${zone ? zoneOf(zone) : ''}`
}

const HYPHEN = 0x2d
const COLON = 0x3a
const LETTER_M = 0x6d
/** The length of `01/02/2026`. */
const DATE_BYTES = 10
/** For each output byte, its index in the input or a literal hyphen, by date order. */
const SOURCES = {
  ymd: [0, 1, 2, 3, HYPHEN, 5, 6, HYPHEN, 8, 9],
  dmy: [6, 7, 8, 9, HYPHEN, 3, 4, HYPHEN, 0, 1],
  mdy: [6, 7, 8, 9, HYPHEN, 0, 1, HYPHEN, 3, 4],
} as const

/** Whether the time after a date is in 24-hour form with a two-digit hour. */
const is24HourTime = (bytes: Uint8Array, time: number, end: number): boolean =>
  bytes[time + 2] === COLON && ((bytes[end - 1] as number) | 0x20) !== LETTER_M

/**
 * Rewrites a date with the year first, working on bytes to avoid creating strings. Handles only
 * two-digit days and months, four-digit years and 24-hour times.
 *
 * @returns the number of bytes written; 0 if the date has another form
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
  if (order !== 'ymd' && !(isDigit(bytes[start + 8]) && isDigit(bytes[start + 9]))) return 0
  if (length > DATE_BYTES && !is24HourTime(bytes, start + DATE_BYTES + 1, end)) return 0
  const sources = SOURCES[order]
  for (let at = 0; at < DATE_BYTES; at += 1) {
    const from = sources[at] as number
    out[at] = from === HYPHEN ? HYPHEN : (bytes[start + from] as number)
  }
  for (let at = DATE_BYTES; at < length; at += 1) out[at] = bytes[start + at] as number
  return length
}

/**
 * Creates a function that turns a cell into its canonical text, which PostgreSQL parses and
 * exports show: `2026-01-31`, `2026-01-31 15:05:00+05:30` with the offset as given, `true` and
 * `false`, plain numbers (exponents are kept), years of four digits, UUIDs in lower case. JSON and text are unchanged.
 * The cell must fit the decision.
 */
export function createCanonical(
  numbers: NumberFormat,
): (decision: Decision, text: string) => string {
  const readNumber = numbers.accounting ? undefined : createNumberReader(numbers)
  const amounts = numbers.accounting ? createAccountingReader(numbers) : undefined
  return ({ type, kind, order }, text) => {
    switch (type) {
      case 'integer':
      case 'numeric': {
        const amount = amounts?.read(text, kind === KIND.commaNumeric ? ',' : '.')
        return amount ?? readNumber?.(text) ?? text.trim()
      }
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
