import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAdmission, type Refusal } from '../../../src/http/overload/admission.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A bound of two, and what became of each applicant, in order. */
function open() {
  let isPressed = false
  const counts: number[] = []
  const waits: number[] = []
  const outcomes: ('waits' | 'admitted' | Refusal)[] = []
  const admission = createAdmission(
    2,
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

describe('a bound on what is under way', () => {
  it('admits up to it, and the first who waits when a place is given back', () => {
    const { admission, outcomes, enter, counts } = open()
    for (let index = 0; index < 4; index += 1) enter()
    expect(outcomes).toEqual(['admitted', 'admitted', 'waits', 'waits'])
    admission.leave()
    expect(outcomes).toEqual(['admitted', 'admitted', 'admitted', 'waits'])
    expect(counts).toEqual([1, 2, 1, 2])
  })

  it('serves a burst of five times the bound whole', () => {
    const { admission, outcomes, enterMany } = open()
    enterMany(10)
    for (let index = 0; index < 10; index += 1) {
      vi.advanceTimersByTime(100)
      admission.leave()
    }
    expect(outcomes).toEqual(Array(10).fill('admitted'))
  })

  it('refuses more at once, and then all who find as many waiting as there are places', () => {
    const { admission, outcomes, enter, enterMany } = open()
    enterMany(11)
    expect(outcomes[10]).toBe('full')
    for (let index = 0; index < 7; index += 1) {
      vi.advanceTimersByTime(30)
      enter()
      admission.leave()
    }
    expect(outcomes.slice(2, 10)).toEqual([...Array(7).fill('admitted'), 'waits'])
    expect(outcomes.slice(11)).toEqual(Array(7).fill('full'))
    enter()
    enter()
    expect(outcomes.slice(18)).toEqual(['waits', 'full'])
  })

  it('takes a burst again when nobody was refused for a quarter of a second', () => {
    const { admission, outcomes, enterMany } = open()
    enterMany(11)
    for (let index = 0; index < 10; index += 1) admission.leave()
    vi.advanceTimersByTime(250)
    enterMany(10)
    expect(outcomes.slice(11)).not.toContain('full')
  })

  it('says whether who comes is refused, and takes that for a refusal', () => {
    const { admission, enterMany } = open()
    enterMany(9)
    expect(admission.isFull()).toBe(false)
    enterMany(1)
    expect(admission.isFull()).toBe(true)
    for (let index = 0; index < 6; index += 1) admission.leave()
    expect(admission.isFull()).toBe(true)
  })

  it('refuses nobody for a moment in which nothing goes on', () => {
    const { outcomes, enterMany } = open()
    enterMany(10)
    vi.advanceTimersByTime(2_900)
    expect(outcomes.slice(2)).toEqual(Array(8).fill('waits'))
    vi.advanceTimersByTime(200)
    expect(outcomes.slice(2)).toEqual(Array(8).fill('waited'))
  })

  it('gives no place to who has gone', () => {
    const { admission, outcomes, enter } = open()
    enter()
    enter()
    enter(true)
    enter()
    admission.leave()
    expect(outcomes).toEqual(['admitted', 'admitted', 'waits', 'admitted'])
  })

  it('admits a quarter under pressure, lets as many wait, and admits them once it is over', () => {
    const { outcomes, enterMany, press } = open()
    press(true)
    enterMany(9)
    expect(outcomes).toEqual(['admitted', ...Array(8).fill('waits')])
    press(false)
    vi.advanceTimersByTime(50)
    expect(outcomes).toEqual(['admitted', 'admitted', ...Array(7).fill('waits')])
  })

  it('says how long each had to wait', () => {
    const { admission, waits, enterMany } = open()
    enterMany(3)
    vi.advanceTimersByTime(500)
    admission.leave()
    expect(waits).toEqual([0, 0, 500])
  })

  it('refuses nobody who waited while the process stood still', () => {
    const { outcomes, enterMany } = open()
    enterMany(3)
    const later = performance.now() + 60_000
    const clock = vi.spyOn(performance, 'now').mockReturnValue(later)
    vi.advanceTimersToNextTimer()
    clock.mockRestore()
    expect(outcomes[2]).toBe('waits')
  })

  it('refuses everybody once it is closed, and leaves no timer', () => {
    const { admission, outcomes, enter } = open()
    for (let index = 0; index < 3; index += 1) enter()
    admission.close()
    enter()
    expect(outcomes.slice(2)).toEqual(['stopping', 'stopping'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
