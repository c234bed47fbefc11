import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bandOf } from '../../src/features/credit-score/bands.ts'
import { FORMULA_VERSION, scoreOf } from '../../src/features/credit-score/formula.ts'
import type { ScoreDay } from '../../src/features/credit-score/score-months.ts'

const TODAY = '2026-06-30'
const DOCUMENT = new URL('../../src/generated/openapi.json', import.meta.url)
const { schemas } = JSON.parse(readFileSync(DOCUMENT, 'utf8')).components

/** A day in whole units of money. */
const day = (date: string, credit: number, debit: number, more: Partial<ScoreDay> = {}) => ({
  date,
  currency: 'USD',
  count: 1,
  credit: BigInt(credit) * 10_000n,
  debit: BigInt(debit) * 10_000n,
  ...more,
})

/** One day of each of the last months, with the given credits and debits, oldest first. */
const months = (...totals: readonly (readonly [credit: number, debit: number])[]) =>
  totals.map(([credit, debit], index) => {
    const at = new Date(Date.UTC(2026, 6 - totals.length + index, 10))
    return day(at.toISOString().slice(0, 10), credit, debit)
  })

const factor = (name: string, days: readonly ScoreDay[]) =>
  scoreOf(days, TODAY).factors.find((one) => one.name === name)

describe('a factor, computed by hand', () => {
  it.each([
    // Credits in 5 of 8 months: 5/8 of 1000, and of 165 points 103.1.
    [8, 5, 625, 103],
    // Credits in 3 of 3 months, which count as 6; of 165 points 82.5.
    [3, 3, 500, 82],
  ])('income_regularity of %i months, %i of them paid', (length, paid, value, contribution) => {
    const days = months(
      ...Array.from({ length }, (_, index) => (index < paid ? [5, 0] : [0, 5]) as [number, number]),
    )
    expect(factor('income_regularity', days)).toEqual({
      name: 'income_regularity',
      value,
      weight: 30,
      contribution,
    })
  })

  it.each([
    // 1200 / 1000 = 1.2, less 0.5 is 0.7; of 132 points 92.4.
    [1200, 1000, 700, 92],
    [1000, 1000, 500, 66],
    [500, 1000, 0, 0],
    [1500, 1000, 1000, 132],
    [9000, 1000, 1000, 132],
    [7, 0, 1000, 132],
    [0, 7, 0, 0],
  ])('credit_debit_ratio of %i to %i', (credit, debit, value, contribution) => {
    const days = [day('2026-06-01', credit, 0), day('2026-06-02', 0, debit)].filter(
      (one) => one.credit + one.debit > 0n,
    )
    expect(factor('credit_debit_ratio', days)).toEqual({
      name: 'credit_debit_ratio',
      value,
      weight: 24,
      contribution,
    })
  })

  it('balance_trend', () => {
    // Weights k (4 - k): 0, 3, 4, 3. Credits 3*100 + 4*200 + 3*0 = 1100, debits 3*100 + 0 + 3*100 = 600.
    // 1000 * 1100 / 1700 = 647; of 66 points 42.7.
    const days = months([900, 0], [100, 100], [200, 0], [0, 100])
    expect(factor('balance_trend', days)).toEqual({
      name: 'balance_trend',
      value: 647,
      weight: 12,
      contribution: 42,
    })
  })

  it('low_volatility', () => {
    // Nets 100, 100, -20 of a turnover of 380: the mean is 60, the distances 40, 40 and 80 make 160.
    // Possible are 2 * 380 * 2/3 = 506.67; 4 * 160 / 506.67 would be more than all.
    expect(factor('low_volatility', months([100, 0], [100, 0], [80, 100]))?.value).toBe(0)
    // Nets 500, 500, 440 of a turnover of 6560: mean 480, distances 20, 20, 40 make 80. Possible are 8746.67.
    // 4 * 80 / 8746.67 = 0.03659: 1000 - 36.59 = 963.4; of 66 points 63.5.
    const days = months([1500, 1000], [1500, 1000], [1000, 560])
    expect(factor('low_volatility', days)).toEqual({
      name: 'low_volatility',
      value: 963,
      weight: 12,
      contribution: 63,
    })
  })

  it('history_length', () => {
    // 7 of 24 months: 291.67; of 77 points 22.4.
    const days = [day('2025-12-01', 1, 0), day('2026-06-15', 1, 0)]
    expect(factor('history_length', days)).toEqual({
      name: 'history_length',
      value: 291,
      weight: 14,
      contribution: 22,
    })
  })

  it('activity', () => {
    // 7 transactions in 2 months are 3.5 of 10 a month; of 44 points 15.4.
    const days = [day('2026-05-01', 1, 0, { count: 3 }), day('2026-06-01', 1, 0, { count: 4 })]
    expect(factor('activity', days)).toEqual({
      name: 'activity',
      value: 350,
      weight: 8,
      contribution: 15,
    })
    expect(factor('activity', [day('2026-06-01', 1, 0, { count: 11 })])?.value).toBe(1000)
  })
})

describe('a score', () => {
  it('is 300 and the sum of its contributions', () => {
    const { score, factors } = scoreOf(months([100, 40], [100, 50]), TODAY)
    expect(factors.map(({ contribution }) => contribution)).toEqual([
      // Two of six months; 200 / 90 is beyond 1.5; 100 / 150; 1000 - 4 * 20 / 580; 2 / 24; 2 / 20
      54, 132, 43, 56, 6, 4,
    ])
    expect(score).toBe(300 + 54 + 132 + 43 + 56 + 6 + 4)
  })

  it('has weights that make 100', () => {
    const { factors } = scoreOf(months([1, 1]), TODAY)
    expect(factors.reduce((total, { weight }) => total + weight, 0)).toBe(100)
  })

  it('is null without transactions up to today', () => {
    expect(scoreOf([], TODAY)).toEqual({ score: null, factors: [] })
    expect(scoreOf([day('2026-07-01', 1, 0)], TODAY)).toEqual({ score: null, factors: [] })
  })

  it('leaves out later days', () => {
    const days = months([100, 40], [100, 50])
    expect(scoreOf([...days, day('2026-07-01', 5, 0)], TODAY)).toEqual(scoreOf(days, TODAY))
  })

  it('depends on the history, not on the day it is asked for', () => {
    const days = months([100, 40], [100, 50])
    expect(scoreOf(days, '2031-01-01')).toEqual(scoreOf(days, TODAY))
  })

  it('looks back 24 months', () => {
    const days = [day('2026-06-15', 10, 5), day('2024-06-16', 0, 5)]
    expect(factor('history_length', days)?.value).toBe(1000)
    const older = day('2024-06-15', 999, 0)
    expect(scoreOf([...days, older], TODAY)).toEqual(scoreOf(days, TODAY))
  })

  it.each([
    ['2026-03-31', '2026-02-28', 2],
    ['2026-03-31', '2026-03-01', 1],
    ['2026-02-28', '2026-01-29', 1],
    ['2026-02-28', '2026-01-28', 2],
    ['2026-01-15', '2025-12-16', 1],
    ['2026-01-15', '2025-12-15', 2],
  ])('counts from %s back to %s %i months', (end, first, count) => {
    const length = factor('history_length', [day(end, 1, 0), day(first, 1, 0)])
    expect(length?.value).toBe(Math.floor((1000 * count) / 24))
  })

  it('is of the currency with the most transactions, then of the first in the alphabet', () => {
    const usd = day('2026-06-01', 100, 0)
    const eur = day('2026-06-01', 0, 100, { currency: 'EUR' })
    const ratio = (...days: readonly ScoreDay[]) => factor('credit_debit_ratio', days)?.value
    expect(ratio(usd, eur)).toBe(0)
    expect(ratio({ ...usd, count: 2 }, eur)).toBe(1000)
    // Transactions of more than 24 months ago do not count.
    expect(ratio({ ...usd, date: '2020-01-01', count: 9 }, usd, eur)).toBe(0)
  })

  it('adds up the largest totals exactly', () => {
    const huge = { credit: 10n ** 40n + 1n, debit: 10n ** 40n }
    expect(factor('credit_debit_ratio', [{ ...day('2026-06-01', 0, 0), ...huge }])?.value).toBe(500)
  })
})

describe('the document', () => {
  it('names the factors of the formula in its order', () => {
    const names = scoreOf(months([1, 1]), TODAY).factors.map(({ name }) => name)
    expect(schemas.ScoreFactor.properties.name.enum).toEqual(names)
  })

  it('has an example that adds up', () => {
    const [example] = schemas.CreditScore.examples
    expect(example.formula_version).toBe(FORMULA_VERSION)
    for (const { value, weight, contribution } of example.factors)
      expect(Math.floor((550 * weight * value) / 100_000)).toBe(contribution)
    const total = (sum: number, one: { contribution: number }) => sum + one.contribution
    expect(example.factors.reduce(total, 300)).toBe(example.score)
    expect(bandOf(example.score)).toBe(example.band)
  })
})

describe('a band', () => {
  it.each([
    [null, 'unscored'],
    [300, 'poor'],
    [579, 'poor'],
    [580, 'fair'],
    [669, 'fair'],
    [670, 'good'],
    [739, 'good'],
    [740, 'very_good'],
    [799, 'very_good'],
    [800, 'exceptional'],
    [850, 'exceptional'],
  ])('of %s is %s', (score, band) => {
    expect(bandOf(score)).toBe(band)
  })
})
