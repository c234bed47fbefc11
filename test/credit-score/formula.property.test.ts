import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scoreOf } from '../../src/features/credit-score/formula.ts'
import type { ScoreDay } from '../../src/features/credit-score/score-months.ts'
import type { ScoreFactor } from '../../src/generated/schemas.ts'

const TODAY = '2026-06-30'
const END = Date.UTC(2026, 5, 30)
const DAY_MS = 86_400_000

const dateOf = (daysAgo: number) => new Date(END - daysAgo * DAY_MS).toISOString().slice(0, 10)

const amounts = fc.bigInt({ min: 0n, max: 10n ** 18n })
const days = (currency: fc.Arbitrary<string>, maxAge: number) =>
  fc.record({
    date: fc.integer({ min: 0, max: maxAge }).map(dateOf),
    currency,
    count: fc.integer({ min: 1, max: 50 }),
    credit: amounts,
    debit: amounts,
  })

/** Histories of any length, also with days in the future and in several currencies. */
const histories = fc.array(
  fc.oneof(
    days(fc.constantFrom('EUR', 'USD', 'JPY'), 1_000),
    days(fc.constant('USD'), 60).map((day) => ({ ...day, date: `2027${day.date.slice(4)}` })),
  ),
  { maxLength: 60 },
)

/** Histories of at most 24 months in one currency, so that a further day changes nothing else. */
const plain = fc.array(days(fc.constant('USD'), 700), { minLength: 1, maxLength: 40 })

type Name = ScoreFactor['name']
const value = (name: Name, history: readonly ScoreDay[]) =>
  scoreOf(history, TODAY).factors.find((factor) => factor.name === name)?.value ?? Number.NaN

/** A history with one of its days replaced. */
const withDay = (history: readonly ScoreDay[], at: number, change: (day: ScoreDay) => ScoreDay) =>
  history.map((day, index) => (index === at % history.length ? change(day) : day))

/** That a change of a day's figures never lowers a factor. */
function neverLowers(
  name: Name,
  change: (day: ScoreDay, by: bigint) => ScoreDay,
): fc.IProperty<[ScoreDay[], number, bigint]> {
  return fc.property(plain, fc.nat(100), amounts, (history, at, by) => {
    const changed = withDay(history, at, (day) => change(day, by))
    expect(value(name, changed)).toBeGreaterThanOrEqual(value(name, history))
  })
}

const moreCredit = (day: ScoreDay, by: bigint) => ({ ...day, credit: day.credit + by })
const lessDebit = (day: ScoreDay, by: bigint) => ({
  ...day,
  debit: day.debit - (by % (day.debit + 1n)),
})

describe('a score', () => {
  it('is within its bounds, as are its factors', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { score, factors } = scoreOf(history, TODAY)
        if (score === null) {
          expect(history.every(({ date }) => date > TODAY)).toBe(true)
          return
        }
        expect(score).toBeGreaterThanOrEqual(300)
        expect(score).toBeLessThanOrEqual(850)
        expect(factors).toHaveLength(6)
        for (const factor of factors) {
          expect(factor.value).toBeGreaterThanOrEqual(0)
          expect(factor.value).toBeLessThanOrEqual(1000)
          expect(Number.isInteger(factor.value)).toBe(true)
        }
      }),
    )
  })

  it('is the same for the same days in any order', () => {
    const shuffled = histories.chain((history) =>
      fc.tuple(fc.constant(history), fc.shuffledSubarray(history, { minLength: history.length })),
    )
    fc.assert(
      fc.property(shuffled, ([history, other]) => {
        expect(scoreOf(other, TODAY)).toEqual(scoreOf(history, TODAY))
      }),
    )
  })

  it('is the same however the transactions of a day came together', () => {
    fc.assert(
      fc.property(plain, fc.nat(100), (history, at) => {
        const day = history[at % history.length] as ScoreDay
        const rest = history.filter((one) => one !== day)
        const part = { ...day, credit: day.credit / 3n, debit: day.debit / 7n, count: 0 }
        const other = { ...day, credit: day.credit - part.credit, debit: day.debit - part.debit }
        expect(scoreOf([...rest, part, other], TODAY)).toEqual(scoreOf(history, TODAY))
      }),
    )
  })

  it('is the same on every later day', () => {
    fc.assert(
      fc.property(plain, fc.nat(9_000), (history, later) => {
        expect(scoreOf(history, dateOf(-later))).toEqual(scoreOf(history, TODAY))
      }),
    )
  })
})

describe('a factor', () => {
  it('income_regularity rises with credits', () => {
    fc.assert(neverLowers('income_regularity', moreCredit))
  })

  it('credit_debit_ratio rises with credits and falls with debits', () => {
    fc.assert(neverLowers('credit_debit_ratio', moreCredit))
    fc.assert(neverLowers('credit_debit_ratio', lessDebit))
  })

  it('balance_trend rises with credits and falls with debits', () => {
    fc.assert(neverLowers('balance_trend', moreCredit))
    fc.assert(neverLowers('balance_trend', lessDebit))
  })

  it('low_volatility rises when two months come closer to each other', () => {
    const debits = fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 2, maxLength: 24 })
    const credit = 10n ** 9n
    const history = (spent: readonly bigint[]): ScoreDay[] =>
      spent.map((debit, age) => {
        const date = new Date(Date.UTC(2026, 5 - age, 15)).toISOString().slice(0, 10)
        return { date, currency: 'USD', count: 1, credit, debit }
      })
    fc.assert(
      fc.property(debits, fc.nat(100), fc.nat(100), fc.nat(1000), (spent, one, two, share) => {
        const [a, b] = [one % spent.length, two % spent.length]
        const [low, high] = [spent[a] ?? 0n, spent[b] ?? 0n]
        fc.pre(low < high)
        const moved = ((high - low) * BigInt(share)) / 2000n
        const evened = spent.map((debit, index) =>
          index === a ? debit + moved : index === b ? debit - moved : debit,
        )
        expect(value('low_volatility', history(evened))).toBeGreaterThanOrEqual(
          value('low_volatility', history(spent)),
        )
      }),
    )
  })

  it('history_length rises with an earlier day', () => {
    fc.assert(
      fc.property(plain, days(fc.constant('USD'), 700), (history, day) => {
        const latest =
          history
            .map(({ date }) => date)
            .sort()
            .at(-1) ?? ''
        fc.pre(day.date <= latest)
        expect(value('history_length', [...history, day])).toBeGreaterThanOrEqual(
          value('history_length', history),
        )
      }),
    )
  })

  it('activity rises with transactions', () => {
    fc.assert(
      neverLowers('activity', (day, by) => ({ ...day, count: day.count + Number(by % 100n) })),
    )
  })
})
