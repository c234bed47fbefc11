import type { Decision } from './decide.ts'
import { createNumberReader, type NumberFormat } from './number-format.ts'

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39

const TRUE = /^(true|t|yes|y|1)$/i
const DATE = /^(\d+)[-/.](\d+)[-/.](\d+)(.*)$/s

/** A date, and what follows it, with the year first. */
function yearFirst(text: string, order: Decision['order']): string {
  const [, a = '', b = '', c = '', rest = ''] = DATE.exec(text) ?? []
  const [year, month, day] = order === 'dmy' ? [c, b, a] : order === 'mdy' ? [c, a, b] : [a, b, c]
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${rest}`
}

const HYPHEN = 0x2d
/** `01/02/2026`, and a time of day with a zone behind it. */
const DATE_BYTES = 10
/** Where day, month and year are moved, by the order they come in. */
const MOVED = {
  ymd: [0, 1, 2, 3, HYPHEN, 5, 6, HYPHEN, 8, 9],
  dmy: [6, 7, 8, 9, HYPHEN, 3, 4, HYPHEN, 0, 1],
  mdy: [6, 7, 8, 9, HYPHEN, 0, 1, HYPHEN, 3, 4],
} as const

/**
 * Puts the year first without making a text of the bytes: of dates whose parts have two and four digits.
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
  const moved = MOVED[order]
  for (let at = 0; at < DATE_BYTES; at += 1) {
    const from = moved[at] as number
    out[at] = from === HYPHEN ? HYPHEN : (bytes[start + from] as number)
  }
  for (let at = DATE_BYTES; at < length; at += 1) out[at] = bytes[start + at] as number
  return length
}

/**
 * Makes what turns a cell that fits a decision into the text by which PostgreSQL reads its value: dates
 * with the year first, `true` and `false`, plain numbers. JSON and text stay as they are.
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
