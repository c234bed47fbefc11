import { describe, expect, it } from 'vitest'
import type { Pass } from './rounds.ts'
import { figuresTable, median, percentile, ratioTable } from './tables.ts'
import type { TargetName } from './targets/target.ts'
import type { Work } from './works.ts'

const CPU = { own: 0.5, worker: 0, postgres: 0.25, redis: 0 }

function pass(
  target: TargetName,
  round: number,
  requests: number,
  p99: number,
  work: Work = 'create',
): Pass {
  const turn = { connections: 32, seconds: 2, p50: 1, failed: 0, cpu: CPU }
  return { ...turn, work, target, round, requests, p99 }
}

/** The second round was slow for both. */
const PASSES = [
  pass('passbook', 1, 3_000, 10),
  pass('express', 1, 1_000, 20),
  pass('passbook', 2, 300, 100),
  pass('express', 2, 100, 300),
  pass('passbook', 3, 2_000, 11),
  pass('express', 3, 1_000, 22),
]

describe('the tables of the bench', () => {
  it('compares targets within each round', () => {
    expect(ratioTable(PASSES, ['passbook', 'express'])).toContain('| create | 32 | 3.00 | 0.50 |')
  })

  it('leaves the cell of a target empty that did not take part', () => {
    const only = PASSES.filter(({ target }) => target === 'passbook')
    expect(ratioTable(only, ['passbook', 'express'])).toContain('| create | 32 |  |  |')
  })

  it('shows the medians of each target, and nothing where nothing was spent', () => {
    expect(figuresTable(PASSES, ['passbook', 'express'])).toContain(
      '| create | 32 | passbook | 1,000 (150 to 1,500) | 1.0 | 11 | 0.50 |  | 0.25 |  | 0 |',
    )
  })

  it('counts the rows of bulk requests', () => {
    const bulk = [pass('passbook', 1, 10, 5, 'bulk')]
    expect(figuresTable(bulk, ['passbook'])).toContain('5,000 (5,000 to 5,000)')
  })

  it('takes the value below which a share of all is', () => {
    const values = [5, 1, 4, 2, 3]
    expect(median(values)).toBe(3)
    expect(percentile(values, 0.99)).toBe(5)
    expect(median([])).toBeNaN()
  })
})
