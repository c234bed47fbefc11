import { isDeepStrictEqual } from 'node:util'
import {
  type Analytics,
  type DailyAnalytics,
  getUserAnalytics,
  getUserDailyAnalytics,
  type Passbook,
} from '#sdk'
import { computeExpected, type Figures } from './expected.ts'
import { CURRENCY, type TransactionInput } from './input.ts'
import { groupBy } from './lists.ts'

export type Comparison = ReturnType<typeof compare>

/** Compares what the service answers about one user and currency with what it has to be. */
function compare(expected: Figures, totals: Analytics, days: DailyAnalytics[]) {
  const byDate = Object.fromEntries(days.map(({ date, ...sums }) => [date, sums]))
  const answered: Figures = { ...totals, ...byDate }
  const names = [...new Set([...Object.keys(expected), ...Object.keys(byDate)])]
  const { user_id, currency } = totals
  const differences = names
    .map((figure) => ({ figure, expected: expected[figure], got: answered[figure] }))
    .filter((one) => !isDeepStrictEqual(one.expected, one.got))
    .map((one) => ({ user_id, currency, ...one }))
  return { figures: names.length, differences }
}

/** Asks the service for a user's figures, in each of their currencies, and compares them. */
export async function checkUser(
  client: Passbook,
  userId: number,
  transactions: readonly TransactionInput['body'][],
): Promise<Comparison[]> {
  const currencies = groupBy(transactions, ({ currency }) => currency)
  if (currencies.size === 0) currencies.set(CURRENCY, [])
  const comparisons: Comparison[] = []
  for (const [currency, booked] of currencies) {
    const asked = { client, path: { id: userId }, query: { currency } }
    const { data: totals } = await getUserAnalytics(asked)
    const { data: days } = await getUserDailyAnalytics(asked)
    comparisons.push(compare(computeExpected(booked, currency), totals, days))
  }
  return comparisons
}
