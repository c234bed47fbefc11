import { CsvError } from '../errors.ts'

/** How numbers are written, apart from plain digits with a point. */
export interface NumberFormat {
  readonly decimal: '.' | ','
  /**
   * The separator between groups of three digits, or null. A blank may also be a narrow or
   * no-break space.
   */
  readonly thousands: null | ',' | '.' | ' ' | "'"
  /** Whether a currency sign may precede or follow the number. */
  readonly currencySigns: boolean
  /** Whether the caller says so, rather than nobody. `1.500` is then not ambiguous. */
  readonly isDeclared?: true
  /** Whether amounts may be as account statements have them; see {@link createAccountingReader}. */
  readonly accounting?: true
}

export const PLAIN_NUMBERS: NumberFormat = { decimal: '.', thousands: null, currencySigns: false }

/** The possible first bytes of a number; a currency sign is `$` or not ASCII. */
const FIRST = /[-\d.,$\u0080-\uffff]/

/** Whether numbers are plain digits with a point. */
export const isPlain = (format: NumberFormat): boolean =>
  format.decimal === '.' && format.thousands === null && !format.currencySigns && !format.accounting

const GROUP_SEPARATORS: Readonly<Record<string, string>> = {
  ',': ',',
  '.': '\\.',
  ' ': '[ \\u00a0\\u202f]',
  "'": "['\\u2019]",
}

/** By byte, whether a number in any format can start with it. */
export const mayBeginNumber: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  FIRST.test(String.fromCharCode(byte)),
)

/**
 * Creates a function that rewrites a number of this format as plain digits with a point: `€
 * 1.234,50` becomes `1234.50`. Groups have exactly three digits, a currency sign is one Unicode
 * currency symbol, and parentheses do not make a number.
 *
 * @returns undefined for the plain format, which needs no rewriting; the function returns
 *   undefined for any text that is not such a number
 * @throws CsvError `invalid_dialect` if both separators are the same
 */
export function createNumberReader(
  format: NumberFormat,
): ((text: string) => string | undefined) | undefined {
  if (isPlain(format)) return undefined
  const { decimal, thousands, currencySigns } = format
  if (decimal === thousands) {
    throw new CsvError('invalid_dialect', 'The decimal and thousands separators are the same.')
  }
  const group = thousands === null ? undefined : GROUP_SEPARATORS[thousands]
  const whole = group === undefined ? '\\d+' : `\\d{1,3}(?:${group}\\d{3})+|\\d+`
  const point = decimal === '.' ? '\\.' : ','
  const number = `(?=[\\d.,])(${whole})?(?:${point}(\\d+))?([eE][-+]?\\d+)?`
  const before = currencySigns ? '(?:\\p{Sc}\\s?)?' : ''
  const after = currencySigns ? '(?:\\s?\\p{Sc})?' : ''
  const pattern = new RegExp(`^(-?)${before}(-?)${number}${after}$`, 'u')
  return (text) => {
    const [all, outer = '', inner = '', digits = '', fraction, exponent = ''] =
      pattern.exec(text.trim()) ?? []
    if (all === undefined || (outer !== '' && inner !== '')) return undefined
    if (digits === '' && fraction === undefined) return undefined
    const decimals = fraction === undefined ? '' : `.${fraction}`
    return `${outer}${inner}${digits.replace(/\D/g, '')}${decimals}${exponent}`
  }
}
