import { CsvError } from '../errors.ts'

/** How numbers are written, besides plain digits with a point. */
export interface NumberFormat {
  readonly decimal: '.' | ','
  /** What stands between groups of three digits; null where nothing does. A blank may be a narrow or hard one. */
  readonly thousands: null | ',' | '.' | ' ' | "'"
  /** Whether a sign of a currency may stand before or behind. */
  readonly currencySigns: boolean
}

export const PLAIN_NUMBERS: NumberFormat = { decimal: '.', thousands: null, currencySigns: false }

/** What the first byte of such a number can be; the sign of a currency is `$` or not in ASCII. */
const FIRST = /[-\d.,$\u0080-\uffff]/

/** Whether numbers are plain digits with a point. */
export const isPlain = ({ decimal, thousands, currencySigns }: NumberFormat): boolean =>
  decimal === '.' && thousands === null && !currencySigns

const GROUP_SEPARATORS: Readonly<Record<string, string>> = {
  ',': ',',
  '.': '\\.',
  ' ': '[ \\u00a0\\u202f]',
  "'": "['\\u2019]",
}

/** Whether a number of some format can begin with a byte. */
export const mayBeginNumber: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  FIRST.test(String.fromCharCode(byte)),
)

/**
 * Makes what turns a number of this format into plain digits with a point: `€ 1.234,50` into `1234.50`.
 * Groups have exactly three digits, a currency's sign is one character of Unicode's class of them, and
 * parentheses make no number.
 *
 * @returns undefined for the plain format, which needs none; what it makes returns undefined for other texts
 * @throws CsvError `invalid_dialect` when the decimal sign stands between groups as well
 */
export function createNumberReader(
  format: NumberFormat,
): ((text: string) => string | undefined) | undefined {
  if (isPlain(format)) return undefined
  const { decimal, thousands, currencySigns } = format
  if (decimal === thousands) {
    throw new CsvError('invalid_dialect', 'Decimals and groups of digits have the same sign.')
  }
  const group = thousands === null ? undefined : GROUP_SEPARATORS[thousands]
  const whole = group === undefined ? '\\d+' : `\\d{1,3}(?:${group}\\d{3})+|\\d+`
  const point = decimal === '.' ? '\\.' : ','
  const number = `(?=[\\d.,])(${whole})?(?:${point}(\\d+))?([eE][-+]?\\d+)?`
  const before = currencySigns ? '(?:\\p{Sc}\\s?)?' : ''
  const behind = currencySigns ? '(?:\\s?\\p{Sc})?' : ''
  const pattern = new RegExp(`^(-?)${before}(-?)${number}${behind}$`, 'u')
  return (text) => {
    const [all, outer = '', inner = '', digits = '', fraction, exponent = ''] =
      pattern.exec(text.trim()) ?? []
    if (all === undefined || (outer !== '' && inner !== '')) return undefined
    if (digits === '' && fraction === undefined) return undefined
    const decimals = fraction === undefined ? '' : `.${fraction}`
    return `${outer}${inner}${digits.replace(/\D/g, '')}${decimals}${exponent}`
  }
}
