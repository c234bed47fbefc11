import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAdmission, type Refusal } from '../../src/platform/admission.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A bound of two, and what became of each applicant, in order. */
function open() {
  let limit = 2
  const counts: number[] = []
  const outcomes: ('waits' | 'admitted' | Refusal)[] = []
  const admission = createAdmission(
    () => limit,
    (count) => counts.push(count),
  )
  // As after many requests of a millisecond.
  for (let index = 0; index < 300; index += 1) {
    admission.enter({ admit: () => undefined, refuse: () => undefined, isGone: () => false })
    admission.leave(1)
  }
  counts.length = 0
  const enter = (isGone = false) => {
    const index = outcomes.push('waits') - 1
    admission.enter({
      admit: () => {
        outcomes[index] = 'admitted'
      },
      refuse: (reason) => {
        outcomes[index] = reason
      },
      isGone: () => isGone,
    })
  }
  /** Time goes by in which requests that take so long end all the time, and others take their places. */
  const goOn = (milliseconds: number, takes = 1) => {
    for (let passed = 0; passed < milliseconds; passed += 5) {
      vi.advanceTimersByTime(5)
      admission.resume()
      admission.leave(takes)
    }
  }
  return {
    ...{ admission, outcomes, enter, counts, goOn },
    setLimit: (count: number) => {
      limit = count
    },
  }
}

describe('a bound on what is under way', () => {
  it('admits up to it, and the first who waits when a place is given back', () => {
    const { admission, outcomes, enter, counts } = open()
    for (let index = 0; index < 4; index += 1) enter()
    expect(outcomes).toEqual(['admitted', 'admitted', 'waits', 'waits'])
    admission.leave(1)
    expect(outcomes).toEqual(['admitted', 'admitted', 'admitted', 'waits'])
    expect(counts).toEqual([1, 2, 1, 2])
  })

  it('lets a burst wait for a tenth of a second', () => {
    const { outcomes, enter, goOn } = open()
    for (let index = 0; index < 3; index += 1) enter()
    goOn(95)
    expect(outcomes[2]).toBe('waits')
    goOn(15)
    expect(outcomes[2]).toBe('waited')
  })

  it('lets nobody wait long once there has always been one waiting for a second', () => {
    const { admission, outcomes, enter, goOn } = open()
    for (let index = 0; index < 3; index += 1) enter()
    for (let round = 0; round < 20; round += 1) {
      vi.advanceTimersByTime(50)
      enter()
      admission.leave(1)
    }
    expect(outcomes.slice(0, -1)).not.toContain('waited')
    goOn(20)
    expect(outcomes.at(-1)).toBe('waited')
  })

  it('lets a burst wait as long as four requests take', () => {
    const { admission, outcomes, enter, goOn } = open()
    for (let round = 0; round < 200; round += 1) {
      enter()
      admission.leave(200)
    }
    outcomes.length = 0
    for (let index = 0; index < 3; index += 1) enter()
    goOn(790, 200)
    expect(outcomes[2]).toBe('waits')
    goOn(20, 200)
    expect(outcomes[2]).toBe('waited')
  })

  it('refuses nobody for a moment in which nothing went on', () => {
    const { outcomes, enter } = open()
    for (let index = 0; index < 4; index += 1) enter()
    vi.advanceTimersByTime(330)
    expect(outcomes.slice(2)).toEqual(['waits', 'waits'])
  })

  it('lets requests wait for a second while a process has just started', () => {
    const admission = createAdmission(
      () => 1,
      () => undefined,
    )
    const refusals: string[] = []
    const applicant = { admit: () => undefined, isGone: () => false }
    const refuse = (reason: Refusal) => refusals.push(reason)
    admission.enter({ ...applicant, refuse })
    admission.enter({ ...applicant, refuse })
    vi.advanceTimersByTime(990)
    expect(refusals).toEqual([])
    vi.advanceTimersByTime(20)
    expect(refusals).toEqual(['waited'])
  })

  it('gives no place to who has gone', () => {
    const { admission, outcomes, enter } = open()
    enter()
    enter()
    enter(true)
    enter()
    admission.leave(1)
    expect(outcomes).toEqual(['admitted', 'admitted', 'waits', 'admitted'])
  })

  it('refuses at once when as many wait as may', () => {
    const { outcomes, enter } = open()
    for (let index = 0; index < 1_003; index += 1) enter()
    expect(outcomes[1_001]).toBe('waits')
    expect(outcomes[1_002]).toBe('full')
  })

  it('admits who waits as soon as the bound allows it', () => {
    const { outcomes, enter, setLimit } = open()
    setLimit(1)
    enter()
    enter()
    setLimit(2)
    vi.advanceTimersByTime(5)
    expect(outcomes).toEqual(['admitted', 'admitted'])
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
