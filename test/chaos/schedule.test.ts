import { describe, expect, it } from 'vitest'
import { createDice } from './dice.ts'
import { FAULTS } from './faults.ts'
import { planRun } from './schedule.ts'

const MINUTE_MS = 60_000
const plan = (seed: number, minutes: number) =>
  planRun(createDice(seed), minutes * MINUTE_MS, FAULTS)

describe('the plan of a run', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(1, 10)).toEqual(plan(1, 10))
    expect(plan(1, 10)).not.toEqual(plan(2, 10))
  })

  it.each([1, 10])('has every phase end in a quiet time (%i minutes)', (minutes) => {
    const phases = plan(3, minutes)
    expect(phases.at(-1)?.until).toBe(minutes * MINUTE_MS)
    for (const { from, quietFrom, until, faults } of phases) {
      expect(faults.length).toBeGreaterThan(2)
      expect(until - quietFrom).toBeGreaterThanOrEqual(12_000)
      for (const { at } of faults) expect(at).toBeGreaterThanOrEqual(from)
    }
  })

  it('leaves out no kind of fault for long', () => {
    const done = new Set(plan(4, 10).flatMap(({ faults }) => faults.map(({ kind }) => kind)))
    expect(done).toEqual(new Set(FAULTS.map(({ kind }) => kind)))
  })

  it('never has two faults of one target at a time', () => {
    for (const { faults } of plan(5, 30)) {
      for (const [index, { at, target }] of faults.entries()) {
        const before = faults.slice(0, index).filter((fault) => fault.target === target)
        for (const { at: began, lasts } of before) expect(at).toBeGreaterThan(began + lasts)
      }
    }
  })
})
