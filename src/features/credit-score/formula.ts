import type { ScoreFactor } from '../../generated/schemas.ts'
import { type Month, type ScoreDay, scoreMonths, WINDOW_MONTHS } from './score-months.ts'

/**
 * Raise this with every change that can change a score. The sweep then scores all users anew.
 */
export const FORMULA_VERSION = 1

/** The lowest score, and the points above it that the factors share. */
const MIN_SCORE = 300
const POINTS = 550n
/** The highest value of a factor, and the one that says nothing. */
const FULL = 1000n
const NEUTRAL = 500n
/** A shorter history counts as so many months where its length would flatter it. */
const MIN_INCOME_MONTHS = 6n
/** Transactions a month beyond which more say nothing. */
const ACTIVE_COUNT = 10n
/** The share of the largest possible volatility, as its inverse, from which on it is worth nothing. */
const VOLATILITY_SHARE = 4n

export interface Score {
  /** 300 to 850, or null without transactions. */
  readonly score: number | null
  readonly factors: readonly ScoreFactor[]
}

interface Rule {
  readonly name: ScoreFactor['name']
  /** Even, so that the factor's points are a whole number. */
  readonly weight: number
  /** 0 to 1000. It rounds down. */
  readonly value: (months: readonly Month[]) => bigint
}

const sum = (months: readonly Month[], of: (month: Month, index: bigint) => bigint): bigint =>
  months.reduce((total, month, index) => total + of(month, BigInt(index)), 0n)
const within = (value: bigint): bigint => (value < 0n ? 0n : value > FULL ? FULL : value)
const distance = (a: bigint, b: bigint): bigint => (a < b ? b - a : a - b)
const larger = (a: bigint, b: bigint): bigint => (a < b ? b : a)

const RULES: readonly Rule[] = [
  /**
   * The share of months with income. Rises with each month that gets a credit. Whether money comes
   * as expected stands in for whether bills are paid as expected: payment history is the heaviest
   * category that FICO publishes (35 %), and regular deposits are what cash-flow underwriting looks
   * at first (FinRegLab, The Use of Cash-Flow Data in Underwriting Credit, 2019).
   */
  {
    name: 'income_regularity',
    weight: 30,
    value(months) {
      const paid = sum(months, ({ credit }) => (credit > 0n ? 1n : 0n))
      return (FULL * paid) / larger(BigInt(months.length), MIN_INCOME_MONTHS)
    },
  },
  /**
   * Credits divided by debits: 0 up to 0.5, 1000 from 1.5 on. Rises with credits, falls with debits.
   * What somebody can still carry is FICO's second category (amounts owed, 30 %).
   */
  {
    name: 'credit_debit_ratio',
    weight: 24,
    value(months) {
      const debit = sum(months, (month) => month.debit)
      if (debit === 0n) return FULL
      return within((FULL * sum(months, (month) => month.credit)) / debit - FULL / 2n)
    },
  },
  /**
   * The slope of the straight line through the balances at the ends of months, by least squares:
   * 1000 if all money had come in, 0 if all had gone out. Rises with each month's credits, falls
   * with its debits. The slope weighs month `k` of `n` (from 0) by `k (n - k)`: the first month
   * only sets where the line begins. Balance trends are among the variables of cash-flow
   * underwriting; VantageScore 4.0 and FICO 10 T look at trends of credit data likewise.
   */
  {
    name: 'balance_trend',
    weight: 12,
    value(months) {
      const length = BigInt(months.length)
      const slope = (index: bigint) => index * (length - index)
      const credit = sum(months, (month, index) => slope(index) * month.credit)
      const debit = sum(months, (month, index) => slope(index) * month.debit)
      return credit + debit === 0n ? NEUTRAL : (FULL * credit) / (credit + debit)
    },
  },
  /**
   * How little the net of a month differs from the mean: 1000 for none, 0 for a quarter of what is
   * possible with the same turnover. Falls with the distances; evening out two months never lowers
   * it. Volatile cash flow precedes missed payments (JPMorgan Chase Institute, Weathering
   * Volatility, 2015).
   */
  {
    name: 'low_volatility',
    weight: 12,
    value(months) {
      const length = BigInt(months.length)
      const net = sum(months, ({ credit, debit }) => credit - debit)
      const distances = sum(months, ({ credit, debit }) => distance(length * (credit - debit), net))
      const turnover = sum(months, ({ credit, debit }) => credit + debit)
      const most = 2n * (length - 1n) * turnover
      if (most === 0n) return NEUTRAL
      return within(FULL - (FULL * VOLATILITY_SHARE * distances + most - 1n) / most)
    },
  },
  /** Months since the first transaction. Rises with them. FICO: length of credit history, 15 %. */
  {
    name: 'history_length',
    weight: 14,
    value: (months) => (FULL * BigInt(months.length)) / BigInt(WINDOW_MONTHS),
  },
  /**
   * Transactions a month, up to ten. Rises with their number. A file with few entries says little:
   * bureaus call it thin and leave it unscored.
   */
  {
    name: 'activity',
    weight: 8,
    value(months) {
      const count = sum(months, (month) => month.count)
      return within((FULL * count) / (BigInt(months.length) * ACTIVE_COUNT))
    },
  },
]

function factorOf({ name, weight, value }: Rule, months: readonly Month[]): ScoreFactor {
  const reached = value(months)
  const points = (POINTS * BigInt(weight)) / 100n
  return { name, value: Number(reached), weight, contribution: Number((points * reached) / FULL) }
}

/**
 * Scores a history. The result depends on the given days alone, and is the same in any order and on
 * every machine: all arithmetic is on integers.
 *
 * @param days the figures of the last 24 months, or more
 * @param today `YYYY-MM-DD`; later days are left out
 */
export function scoreOf(days: readonly ScoreDay[], today: string): Score {
  const months = scoreMonths(days, today)
  if (months.length === 0) return { score: null, factors: [] }
  const factors = RULES.map((rule) => factorOf(rule, months))
  const score = factors.reduce((total, { contribution }) => total + contribution, MIN_SCORE)
  return { score, factors }
}
