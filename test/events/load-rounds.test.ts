import { describe, expect, it } from 'vitest'
import { createLoadRounds } from '../../src/events/load-rounds.ts'

function rounds() {
  let time = 50_000
  const delayOf = createLoadRounds(() => time)
  return {
    delayOf,
    pass(ms: number) {
      time += ms
    },
  }
}

describe('the rounds of loads', () => {
  it('begin at once', () => {
    const { delayOf } = rounds()
    expect(delayOf('recomputeStatistics')).toBe(0)
  })

  it('are a second apart, and shared by what arrives before they begin', () => {
    const { delayOf, pass } = rounds()
    delayOf('recomputeStatistics')
    pass(100)
    expect(delayOf('recomputeStatistics')).toBe(900)
    pass(600)
    expect(delayOf('recomputeStatistics')).toBe(300)
    pass(500)
    expect(delayOf('recomputeStatistics')).toBe(800)
  })

  it('begin at once again after a second without a load', () => {
    const { delayOf, pass } = rounds()
    delayOf('recomputeStatistics')
    pass(1_000)
    expect(delayOf('recomputeStatistics')).toBe(0)
  })

  it('of one consumer do not hold up another', () => {
    const { delayOf } = rounds()
    delayOf('recomputeStatistics')
    expect(delayOf('raiseAlerts')).toBe(0)
  })
})
