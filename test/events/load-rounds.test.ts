import { describe, expect, it } from 'vitest'
import { createLoadRounds } from '../../src/events/load-rounds.ts'

function openRounds() {
  let time = 50_000
  const rounds = createLoadRounds(() => time)
  /** Lets time pass, and looks for loads if they are due. */
  const dueAfter = (ms: number, found = 1): boolean => {
    time += ms
    const due = rounds.isDue()
    if (due) rounds.looked(found)
    return due
  }
  return { dueAfter }
}

describe('the rounds of loads', () => {
  it('begin at once', () => {
    const { dueAfter } = openRounds()
    expect(dueAfter(0)).toBe(true)
  })

  it('come as often as anybody looks while there is no load', () => {
    const { dueAfter } = openRounds()
    expect([dueAfter(0, 0), dueAfter(1, 0), dueAfter(0, 0)]).toEqual([true, true, true])
  })

  it('are a second apart, and twice as long each time up to four seconds, while loads go on', () => {
    const { dueAfter } = openRounds()
    dueAfter(0)
    for (const pause of [1_000, 2_000, 4_000, 4_000]) {
      expect([dueAfter(pause - 1), dueAfter(1)]).toEqual([false, true])
    }
  })

  it('begin at once again after a round without a load', () => {
    const { dueAfter } = openRounds()
    for (const pause of [0, 1_000, 2_000]) dueAfter(pause)
    expect(dueAfter(4_000, 0)).toBe(true)
    expect([dueAfter(0), dueAfter(999), dueAfter(1)]).toEqual([true, false, true])
  })
})
