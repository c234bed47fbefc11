import { StartupError } from '../../../errors.ts'
import { utcDay } from '../day.ts'
import type { TransactionInput } from '../input/input.ts'
import { divideHalfEven, fromMinor, type Minor, minorDigits, toMinor } from '../money.ts'

interface Sums {
  count: number
  credit: Minor
  debit: Minor
}

/** What one user's transactions in one currency come to, as the API writes it. */
export interface ExpectedFigures {
  readonly transaction_count: number
  readonly average_transaction_value: string | null
  readonly busiest_day: { readonly date: string; readonly transaction_count: number } | null
  readonly total_credit: string
  readonly total_debit: string
  readonly net_total: string
  /** Oldest first. */
  readonly days: readonly ExpectedDay[]
}

/** What one day of these comes to. */
export interface ExpectedDay {
  readonly date: string
  readonly transaction_count: number
  readonly total_credit: string
  readonly total_debit: string
}

/** By the user's email address in small letters, then by currency. */
export type Expected = ReadonlyMap<string, ReadonlyMap<string, ExpectedFigures>>

const digitsOf = (currency: string): number => {
  const digits = minorDigits(currency)
  if (digits === undefined) throw new StartupError(`The currency ${currency} is not known.`)
  return digits
}

function add(sums: Sums, type: TransactionInput['type'], amount: Minor): void {
  sums.count += 1
  sums[type] += amount
}

/** Reads days oldest first, so that of equals the last one seen is the latest. */
function busiestOf(days: readonly (readonly [string, Sums])[]): ExpectedFigures['busiest_day'] {
  let busiest: ExpectedFigures['busiest_day'] = null
  for (const [date, { count }] of days) {
    if (busiest === null || count >= busiest.transaction_count) {
      busiest = { date, transaction_count: count }
    }
  }
  return busiest
}

function toFigures(byDay: ReadonlyMap<string, Sums>, digits: number): ExpectedFigures {
  const days = [...byDay].sort(([a], [b]) => (a < b ? -1 : 1))
  const total: Sums = { count: 0, credit: 0n, debit: 0n }
  for (const [, { count, credit, debit }] of days) {
    total.count += count
    total.credit += credit
    total.debit += debit
  }
  const { count, credit, debit } = total
  const format = (amount: Minor) => fromMinor(amount, digits)
  return {
    transaction_count: count,
    average_transaction_value:
      count === 0 ? null : format(divideHalfEven(credit + debit, BigInt(count))),
    busiest_day: busiestOf(days),
    total_credit: format(credit),
    total_debit: format(debit),
    net_total: format(credit - debit),
    days: days.map(([date, sums]) => ({
      date,
      transaction_count: sums.count,
      total_credit: format(sums.credit),
      total_debit: format(sums.debit),
    })),
  }
}

/** The figures of a user without transactions. */
export const nothing = (currency: string): ExpectedFigures =>
  toFigures(new Map(), digitsOf(currency))

const getOrAdd = <K, V>(map: Map<K, V>, key: K, create: () => V): V => {
  const value = map.get(key) ?? create()
  map.set(key, value)
  return value
}

/**
 * Computes from the input alone what the service has to answer: in whole minor units, without a
 * line of code in common with the service's own figures.
 */
export function computeExpected(transactions: readonly TransactionInput[]): Expected {
  const users = new Map<string, Map<string, Map<string, Sums>>>()
  for (const { line, userEmail, currency, date, type, amount } of transactions) {
    const day = utcDay(date)
    const minor = toMinor(amount, digitsOf(currency))
    if (day === undefined || minor === undefined) {
      throw new StartupError(`The transaction on line ${line} has no date or amount to count with.`)
    }
    const currencies = getOrAdd(users, userEmail, () => new Map<string, Map<string, Sums>>())
    const days = getOrAdd(currencies, currency, () => new Map<string, Sums>())
    add(
      getOrAdd(days, day, () => ({ count: 0, credit: 0n, debit: 0n })),
      type,
      minor,
    )
  }
  return new Map(
    [...users].map(([email, currencies]) => [
      email,
      new Map([...currencies].map(([code, days]) => [code, toFigures(days, digitsOf(code))])),
    ]),
  )
}
