import currencies from 'currency-codes'
import { Decimal } from 'decimal.js'
import { errorAt, type FieldError, type Place, StartupError } from '../errors.ts'

/** 13 digits before the point and 4 behind it, sums of millions of them: 40 digits never round. */
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN })
export type Money = Decimal

const UPPER_LIMIT = new Exact('1e13')

/** A decimal of any origin, without going through binary floating point. */
export const money = (value: Decimal.Value | { toString(): string }): Money =>
  new Exact(value.toString())

const digitsByCurrency = new Map<string, number>()

/** How many minor digits ISO 4217 gives a currency; undefined when there is no such currency. */
export const minorDigits = (currency: string): number | undefined => {
  const known = digitsByCurrency.get(currency)
  if (known !== undefined) return known
  const digits = currencies.code(currency)?.digits
  // The library goes through its list each time. There are no more currencies than it has.
  if (digits !== undefined) digitsByCurrency.set(currency, digits)
  return digits
}

/** @throws StartupError when the configured currency is none of ISO 4217 */
export function requireCurrency(currency: string): string {
  if (minorDigits(currency) === undefined) {
    throw new StartupError(
      'The environment variable DEFAULT_CURRENCY must be a currency of ISO 4217, such as USD.',
    )
  }
  return currency
}

function digitsOf(currency: string): number {
  const digits = minorDigits(currency)
  if (digits === undefined) throw new Error(`${currency} is not a currency`)
  return digits
}

/** An exact amount with its currency's minor digits, as in `1250.00`. */
export const formatMoney = (amount: Money, currency: string): string =>
  amount.toFixed(digitsOf(currency))

/** The average, rounded half-even to the currency's minor digits; null of nothing. */
export function averageMoney(total: Money, count: number, currency: string): string | null {
  return count === 0 ? null : total.dividedBy(count).toFixed(digitsOf(currency))
}

/**
 * Checks an amount of a transaction: above zero, below 10^13, no more digits than the currency has. That
 * there is no such currency is for others to say: then the digits are not looked at.
 *
 * @returns the amount, or what is wrong with it at `place`
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
