import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { afterOwnTime } from '../../src/lib/own-time.ts'

let stood = 0

beforeEach(() => {
  vi.useFakeTimers()
  stood = 0
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + stood)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A timer of two seconds, and whether it called back. */
function start(maxCounted?: number) {
  const called = vi.fn<() => void>()
  return { called, ...afterOwnTime(2_000, called, maxCounted) }
}

/** As when the process is stopped: the clock goes on, and what was due comes when it runs again. */
function standStill(milliseconds: number): void {
  stood += milliseconds
}

describe('a timer of own time', () => {
  it('calls back after its time, once', () => {
    const { called } = start()
    vi.advanceTimersByTime(1_999)
    expect(called).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2)
    expect(called).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(10_000)
    expect(called).toHaveBeenCalledOnce()
  })

  it('counts next to nothing of a time in which the process stood still', () => {
    const { called } = start()
    vi.advanceTimersByTime(900)
    standStill(60_000)
    vi.advanceTimersByTime(600)
    expect(called).not.toHaveBeenCalled()
    vi.advanceTimersByTime(600)
    expect(called).toHaveBeenCalledOnce()
  })

  it('leaves some time after a stop in its last moment', () => {
    const { called } = start()
    vi.advanceTimersByTime(1_950)
    standStill(60_000)
    vi.advanceTimersByTime(250)
    expect(called).not.toHaveBeenCalled()
    vi.advanceTimersByTime(100)
    expect(called).toHaveBeenCalledOnce()
  })

  it('comes to its end in a process that is always late', () => {
    const { called } = start()
    for (let turn = 0; turn < 13; turn += 1) {
      standStill(1_000)
      vi.advanceTimersByTime(250)
    }
    expect(called).toHaveBeenCalledOnce()
  })

  it('counts turns that are slow, up to what it is given, and leaves some time after longer ones', () => {
    const { called } = start(1_000)
    for (let turn = 0; turn < 2; turn += 1) {
      standStill(500)
      vi.advanceTimersByTime(250)
    }
    standStill(60_000)
    vi.advanceTimersByTime(250)
    expect(called).not.toHaveBeenCalled()
    vi.advanceTimersByTime(251)
    expect(called).toHaveBeenCalledOnce()
  })

  it('does not call back once it is stopped, and says what was left', () => {
    const { called, stop } = start()
    vi.advanceTimersByTime(1_300)
    expect(stop()).toBeCloseTo(700)
    vi.advanceTimersByTime(10_000)
    expect(called).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})
