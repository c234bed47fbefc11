import { Decimal } from 'decimal.js'
import { errorAt, type FieldError, type Place, StartupError } from '../errors.ts'
import { minorDigits, replacementOf } from './currencies.ts'

/**
 * Amounts have 13 digits before the point and 4 after it. Sums of millions of them fit 40 digits,
 * so 60 never round.
 */
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN })
export type Money = Decimal

const UPPER_LIMIT = new Exact('1e13')

/** Converts to a decimal without going through binary floating point. */
export const money = (value: Decimal.Value | { toString(): string }): Money =>
  new Exact(value.toString())

/** @throws StartupError if ISO 4217 does not have the currency, or no longer */
export function requireCurrency(currency: string): string {
  if (minorDigits(currency) === undefined) {
    throw new StartupError(
      'The environment variable DEFAULT_CURRENCY must be an ISO 4217 currency, such as USD.',
    )
  }
  const replacement = replacementOf(currency)
  if (replacement !== undefined) {
    throw new StartupError(
      `${replacement} replaced the currency of the environment variable DEFAULT_CURRENCY.`,
    )
  }
  return currency
}

function digitsOf(currency: string): number {
  const digits = minorDigits(currency)
  if (digits === undefined) throw new Error(`${currency} is not a currency`)
  return digits
}

/** Formats an exact amount with its currency's minor digits, such as `1250.00`. */
export const formatMoney = (amount: Money, currency: string): string =>
  amount.toFixed(digitsOf(currency))

/** How many decimals stored amounts have. */
const STORED_DIGITS = 4
const ZEROS = '0'.repeat(STORED_DIGITS)

/** Formats an amount as PostgreSQL stores it, such as `1250.0000`, without making it a number. */
export function formatStored(amount: string, currency: string): string {
  const digits = digitsOf(currency)
  const point = amount.length - STORED_DIGITS - 1
  const rest = amount.slice(point + 1 + digits)
  const isExact = amount[point] === '.' && rest === ZEROS.slice(digits)
  if (!isExact) return formatMoney(money(amount), currency)
  return amount.slice(0, digits === 0 ? point : point + 1 + digits)
}

/** Formats an amount of any precision, rounded down to its currency's minor digits. */
export const floorMoney = (amount: Money, currency: string): string =>
  amount.toFixed(digitsOf(currency), Decimal.ROUND_DOWN)

/** The average, rounded half-even to the currency's minor digits; null if there are no amounts. */
export function averageMoney(total: Money, count: number, currency: string): string | null {
  return count === 0 ? null : total.dividedBy(count).toFixed(digitsOf(currency))
}

/**
 * Checks a transaction's amount: above zero, below 10^13, and no more decimals than its currency
 * has. Callers check the currency themselves; for an unknown one the decimals are not checked.
 *
 * @returns the amount, or the error at `place`
 */
export function checkAmount(
  sent: string | number,
  currency: string,
  place: Place,
): Money | FieldError {
  const amount = money(sent)
  const digits = minorDigits(currency)
  if (amount.lte(0)) return errorAt(place, 'amount', 'must be above zero')
  if (amount.gte(UPPER_LIMIT)) return errorAt(place, 'amount', 'must be below 10000000000000')
  if (digits !== undefined && amount.decimalPlaces() > digits) {
    return errorAt(place, 'amount_digits', `must have at most ${digits} decimals in ${currency}`)
  }
  return amount
}
