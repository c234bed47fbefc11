import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAdmission, type Refusal } from '../../../src/http/overload/admission.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** An admission with a bound of two, and the outcome of each request, in order. */
function open() {
  let isPressed = false
  const counts: number[] = []
  const waits: number[] = []
  const outcomes: ('waits' | 'admitted' | Refusal)[] = []
  const admission = createAdmission(
    2,
    3_000,
    () => isPressed,
    (count) => counts.push(count),
  )
  const enter = (isGone = false) => {
    const index = outcomes.push('waits') - 1
    admission.enter({
      admit: (waited) => {
        outcomes[index] = 'admitted'
        waits.push(waited)
      },
      refuse: (reason) => {
        outcomes[index] = reason
      },
      isGone: () => isGone,
    })
  }
  return {
    admission,
    outcomes,
    counts,
    waits,
    enter,
    enterMany: (count: number) => {
      for (let index = 0; index < count; index += 1) enter()
    },
    press: (pressed: boolean) => {
      isPressed = pressed
    },
  }
}

describe('an admission', () => {
  it('admits up to the bound, and the first in the queue when a permit is returned', () => {
    const { admission, outcomes, enter, counts } = open()
    for (let index = 0; index < 4; index += 1) enter()
    expect(outcomes).toEqual(['admitted', 'admitted', 'waits', 'waits'])
    admission.leave()
    expect(outcomes).toEqual(['admitted', 'admitted', 'admitted', 'waits'])
    expect(counts).toEqual([1, 2, 1, 2])
  })

  it('serves a burst of nine times the bound completely', () => {
    const { admission, outcomes, enterMany } = open()
    enterMany(18)
    for (let index = 0; index < 18; index += 1) {
      vi.advanceTimersByTime(100)
      admission.leave()
    }
    expect(outcomes).toEqual(Array(18).fill('admitted'))
  })

  it('refuses more than that, and from then on allows only as many waiting as permits', () => {
    const { admission, outcomes, enter, enterMany } = open()
    enterMany(19)
    expect(outcomes[18]).toBe('full')
    for (let index = 0; index < 15; index += 1) {
      vi.advanceTimersByTime(30)
      enter()
      admission.leave()
    }
    expect(outcomes.slice(2, 18)).toEqual([...Array(15).fill('admitted'), 'waits'])
    expect(outcomes.slice(19)).toEqual(Array(15).fill('full'))
    enter()
    enter()
    expect(outcomes.slice(34)).toEqual(['waits', 'full'])
  })

  it('accepts a burst again after a quarter second without refusals', () => {
    const { admission, outcomes, enterMany } = open()
    enterMany(19)
    for (let index = 0; index < 18; index += 1) admission.leave()
    vi.advanceTimersByTime(250)
    enterMany(18)
    expect(outcomes.slice(19)).not.toContain('full')
  })

  it('tells whether the queue is full, and counts that as a refusal', () => {
    const { admission, enterMany } = open()
    enterMany(17)
    expect(admission.isFull()).toBe(false)
    enterMany(1)
    expect(admission.isFull()).toBe(true)
    for (let index = 0; index < 14; index += 1) admission.leave()
    expect(admission.isFull()).toBe(true)
  })

  it('refuses nobody during a short stall', () => {
    const { outcomes, enterMany } = open()
    enterMany(18)
    vi.advanceTimersByTime(2_900)
    expect(outcomes.slice(2)).toEqual(Array(16).fill('waits'))
    vi.advanceTimersByTime(200)
    expect(outcomes.slice(2)).toEqual(Array(16).fill('waited'))
  })

  it('skips clients that have gone', () => {
    const { admission, outcomes, enter } = open()
    enter()
    enter()
    enter(true)
    enter()
    admission.leave()
    expect(outcomes).toEqual(['admitted', 'admitted', 'waits', 'admitted'])
  })

  it('admits a quarter under pressure, keeps the queue, and admits the rest afterwards', () => {
    const { outcomes, enterMany, press } = open()
    press(true)
    enterMany(9)
    expect(outcomes).toEqual(['admitted', ...Array(8).fill('waits')])
    press(false)
    vi.advanceTimersByTime(50)
    expect(outcomes).toEqual(['admitted', 'admitted', ...Array(7).fill('waits')])
  })

  it('reports how long each request waited', () => {
    const { admission, waits, enterMany } = open()
    enterMany(3)
    vi.advanceTimersByTime(500)
    admission.leave()
    expect(waits).toEqual([0, 0, 500])
  })

  it('does not count time in which the process stood still', () => {
    const { outcomes, enterMany } = open()
    enterMany(3)
    const later = performance.now() + 60_000
    const clock = vi.spyOn(performance, 'now').mockReturnValue(later)
    vi.advanceTimersToNextTimer()
    clock.mockRestore()
    expect(outcomes[2]).toBe('waits')
  })

  it('refuses everything once closed, and leaves no timer', () => {
    const { admission, outcomes, enter } = open()
    for (let index = 0; index < 3; index += 1) enter()
    admission.close()
    enter()
    expect(outcomes.slice(2)).toEqual(['stopping', 'stopping'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
