import { StartupError } from '../../errors.ts'
import { minorDigits } from '../../lib/currencies.ts'

/** The limits of `find_alerts.sql`, as it reads them. */
export interface AlertRules {
  /** Decimals by currency: an amount above one is large. */
  readonly amounts: Readonly<Record<string, string>>
  /** Standard deviations above the mean. */
  readonly deviations: number
  /** Transactions without which no amount is unusual. */
  readonly history: number
  /** Transactions of a day below which it is not unusual. */
  readonly velocity: number
  /** Points that a credit score falls. */
  readonly drop: number
}

/** The limits as they are configured. */
interface Limits {
  readonly ALERT_LARGE_AMOUNTS: string
  readonly ALERT_DEVIATIONS: number
  readonly ALERT_MIN_HISTORY: number
  readonly ALERT_MIN_DAILY_TRANSACTIONS: number
  readonly ALERT_SCORE_DROP: number
}

function amountsOf(list: string): Readonly<Record<string, string>> {
  const amounts: Record<string, string> = {}
  for (const entry of list === 'none' ? [] : list.split(',')) {
    const [currency = '', amount = ''] = entry.split(':')
    if (minorDigits(currency) === undefined || Object.hasOwn(amounts, currency)) {
      throw new StartupError(
        'The environment variable ALERT_LARGE_AMOUNTS must name ISO 4217 currencies, each once, such as USD:10000,EUR:9500.',
      )
    }
    amounts[currency] = amount
  }
  return amounts
}

/** @throws StartupError if ALERT_LARGE_AMOUNTS has an unknown currency, or one twice */
export const parseAlertRules = (limits: Limits): AlertRules => ({
  amounts: amountsOf(limits.ALERT_LARGE_AMOUNTS),
  deviations: limits.ALERT_DEVIATIONS,
  history: limits.ALERT_MIN_HISTORY,
  velocity: limits.ALERT_MIN_DAILY_TRANSACTIONS,
  drop: limits.ALERT_SCORE_DROP,
})
