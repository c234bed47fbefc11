/** How numbers are written, besides plain digits with a point. */
export interface NumberFormat {
  readonly decimal: '.' | ','
  /** What stands between groups of three digits; null where nothing does. A blank may be a narrow or hard one. */
  readonly thousands: null | ',' | '.' | ' ' | "'"
  /** Whether a sign of a currency may stand before or behind. */
  readonly currencySigns: boolean
}

export const PLAIN_NUMBERS: NumberFormat = { decimal: '.', thousands: null, currencySigns: false }

/** Whether numbers are plain digits with a point. */
export const isPlain = ({ decimal, thousands, currencySigns }: NumberFormat): boolean =>
  decimal === '.' && thousands === null && !currencySigns

const GROUP_SEPARATORS: Readonly<Record<string, string>> = {
  ',': ',',
  '.': '\\.',
  ' ': '[ \\u00a0\\u202f]',
  "'": "['\\u2019]",
}

/**
 * Makes what turns a number of this format into plain digits with a point: `€ 1.234,50` into `1234.50`.
 * Groups have exactly three digits, and a currency's sign is one character of Unicode's class of them.
 *
 * @returns undefined for the plain format, which needs none; what it makes returns undefined for other texts
 */
export function createNumberReader(
  format: NumberFormat,
): ((text: string) => string | undefined) | undefined {
  if (isPlain(format)) return undefined
  const { decimal, thousands, currencySigns } = format
  const group = thousands === null ? undefined : GROUP_SEPARATORS[thousands]
  const whole = group === undefined ? '\\d+' : `\\d{1,3}(?:${group}\\d{3})+|\\d+`
  const number = `(${whole})(?:${decimal === '.' ? '\\.' : ','}(\\d+))?`
  const sign = currencySigns ? '(?:\\p{Sc}\\s?)?' : ''
  const behind = currencySigns ? '(?:\\s?\\p{Sc})?' : ''
  const pattern = new RegExp(`^(-?)${sign}(-?)${number}${behind}$`, 'u')
  return (text) => {
    const [, before = '', inner = '', digits, fraction] = pattern.exec(text.trim()) ?? []
    if (digits === undefined || (before !== '' && inner !== '')) return undefined
    const plain = digits.replace(/\D/g, '')
    return `${before}${inner}${plain}${fraction === undefined ? '' : `.${fraction}`}`
  }
}
