import { StartupError } from '../../errors.ts'
import { minorDigits as digitsOf } from '../../lib/currencies.ts'

/**
 * How many digits a currency has behind the point.
 *
 * @throws StartupError when ISO 4217 knows no such currency
 */
export function minorDigits(currency: string): number {
  const digits = digitsOf(currency)
  if (digits === undefined) throw new StartupError(`The currency ${currency} is not known.`)
  return digits
}

/**
 * Reads an amount such as `12.50`, exactly: as a whole number of minor units, such as cents.
 *
 * @param digits how many the currency has behind the point
 * @throws StartupError when it is no such amount, or has more digits than the currency
 */
export function toMinor(text: string, digits: number): bigint {
  const [, whole, decimals = ''] = /^(\d{1,13})(?:\.(\d+))?$/.exec(text) ?? []
  const fraction = decimals.replace(/0+$/, '')
  if (whole === undefined || fraction.length > digits) {
    throw new StartupError(`The service took an amount that has not up to ${digits} decimals.`)
  }
  return BigInt(whole + fraction.padEnd(digits, '0'))
}

/** The inverse of {@link toMinor}, with a sign where it is negative. */
export function fromMinor(amount: bigint, digits: number): string {
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
export function divideHalfEven(total: bigint, count: bigint): bigint {
  const quotient = total / count
  const twice = (total % count) * 2n
  const up = twice > count || (twice === count && quotient % 2n === 1n)
  return up ? quotient + 1n : quotient
}
