import currencies from 'currency-codes'

/**
 * How many digits a currency has behind the point.
 *
 * @returns undefined when ISO 4217 knows no such currency
 */
export const minorDigits = (currency: string): number | undefined =>
  /^[A-Z]{3}$/.test(currency) ? currencies.code(currency)?.digits : undefined

/** A whole number of the currency's minor units, such as cents. */
export type Minor = bigint

/**
 * Reads an amount such as `12.50`, exactly.
 *
 * @param digits how many the currency has behind the point
 * @returns undefined when it is no such amount, or has more digits than the currency
 */
export function toMinor(text: string, digits: number): Minor | undefined {
  const match = /^(\d{1,13})(?:\.(\d{1,4}))?$/.exec(text)
  if (match === null) return undefined
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  if (fraction.length > digits) return undefined
  return BigInt(`${match[1]}${fraction.padEnd(digits, '0')}`)
}

/** The inverse of {@link toMinor}, with a sign where it is negative. */
export function fromMinor(amount: Minor, digits: number): string {
  const sign = amount < 0n ? '-' : ''
  const text = String(amount < 0n ? -amount : amount).padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/**
 * Divides, rounding half to even.
 *
 * @param total not negative
 * @param count above zero
 */
export function divideHalfEven(total: Minor, count: bigint): Minor {
  const quotient = total / count
  const twice = (total % count) * 2n
  const up = twice > count || (twice === count && quotient % 2n === 1n)
  return up ? quotient + 1n : quotient
}

/** For people: an amount as the API writes it, with its thousands set apart. */
export function groupThousands(amount: string): string {
  const [whole = '', fraction] = amount.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
