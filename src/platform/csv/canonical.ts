import type { Decision } from './decide.ts'
import { createNumberReader, type NumberFormat } from './number-format.ts'

const TRUE = /^(true|t|yes|y|1)$/i
const DATE = /^(\d+)[-/.](\d+)[-/.](\d+)(.*)$/s

/** A date, and what follows it, with the year first. */
function yearFirst(text: string, order: Decision['order']): string {
  const [, a = '', b = '', c = '', rest = ''] = DATE.exec(text) ?? []
  const [year, month, day] = order === 'dmy' ? [c, b, a] : order === 'mdy' ? [c, a, b] : [a, b, c]
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${rest}`
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
