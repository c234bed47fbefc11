import { describe, expect, it } from 'vitest'
import { createDice } from '../chaos/dice.ts'
import { planProof } from './plan.ts'

const SIZE = { transactions: 2_000, moments: 20, users: 40, processes: 2 }
const plan = (seed: number) => planProof(createDice(seed), SIZE)

describe('the plan of a proof', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(1)).toEqual(plan(1))
    expect(plan(1)).not.toEqual(plan(2))
  })

  it('kills at different moments, each before the last write', () => {
    const { transactions, moments } = plan(3)
    const writes = transactions.reduce((sum, { changes }) => sum + changes.length, 0)
    const all = moments.map(({ after }) => after)
    expect(all).toEqual([...new Set(all)].sort((one, other) => one - other))
    expect(all).toHaveLength(20)
    expect(all.at(-1)).toBeLessThan(writes)
  })

  it('has each kind of kill in any three moments', () => {
    const kinds = plan(4).moments.map(({ kind }) => kind)
    for (let from = 0; from < 18; from += 3) {
      expect(new Set(kinds.slice(from, from + 3)).size).toBe(3)
    }
  })

  it('has transactions that are created, some updated, some deleted, in that order', () => {
    const stories = plan(5).transactions.map(({ changes }) =>
      changes.map(({ type }) => type.slice('transaction.'.length)[0]).join(''),
    )
    expect(new Set(stories)).toEqual(new Set(['c', 'cu', 'cuu', 'cd', 'cud', 'cuud']))
  })
})
