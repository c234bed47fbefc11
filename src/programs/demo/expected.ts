import type { TransactionInput } from './input.ts'
import { groupBy } from './lists.ts'
import { divideHalfEven, fromMinor, minorDigits, toMinor } from './money.ts'

/** Figures under the API's names, and by its date what each day comes to. */
export type Figures = Readonly<Record<string, unknown>>

type Booked = TransactionInput['body']

/** The UTC day of a date, or of a date-time with an offset. */
const utcDay = ({ transaction_date: date }: Booked) => new Date(date).toISOString().slice(0, 10)

function sum(transactions: readonly Booked[], digits: number) {
  const sums = { credit: 0n, debit: 0n }
  for (const { transaction_type: type, transaction_amount: amount } of transactions) {
    sums[type] += toMinor(String(amount), digits)
  }
  return sums
}

function sumDay(transactions: readonly Booked[], digits: number) {
  const { credit, debit } = sum(transactions, digits)
  return {
    transaction_count: transactions.length,
    total_credit: fromMinor(credit, digits),
    total_debit: fromMinor(debit, digits),
  }
}

/**
 * Computes what the service has to answer about one user's transactions in one currency: in whole minor
 * units, without a line of code in common with the service's own figures.
 */
export function computeExpected(transactions: readonly Booked[], currency: string): Figures {
  const digits = minorDigits(currency)
  const count = transactions.length
  const { credit, debit } = sum(transactions, digits)
  const average = count === 0 ? null : divideHalfEven(credit + debit, BigInt(count))
  const days = [...groupBy(transactions, utcDay)].sort(([a], [b]) => (a < b ? -1 : 1))
  const most = Math.max(...days.map(([, booked]) => booked.length))
  const busiest = days.findLast(([, booked]) => booked.length === most)
  return {
    ...sumDay(transactions, digits),
    average_transaction_value: average === null ? null : fromMinor(average, digits),
    net_total: fromMinor(credit - debit, digits),
    busiest_day: busiest ? { date: busiest[0], transaction_count: most } : null,
    ...Object.fromEntries(days.map(([date, booked]) => [date, sumDay(booked, digits)])),
  }
}
