/** Milliseconds between the first two rounds of loads that go on. Each further pause is twice as long. */
const FIRST_PAUSE_MS = 1_000
/** Figures of a load never wait longer for their round. */
const MAX_PAUSE_MS = 4_000

/**
 * Says when the figures of loads are due. The first load does not wait. While loads go on, all that
 * arrives until the next round shares it: a user costs nearly the same for one change and for many.
 */
export function createLoadRounds(now = () => Date.now()) {
  let pause = 0
  let next = Number.NEGATIVE_INFINITY
  return {
    isDue: (): boolean => now() >= next,
    /** Notes a look for loads. @param found how many users it found */
    looked(found: number): void {
      pause = found === 0 ? 0 : Math.min(Math.max(pause * 2, FIRST_PAUSE_MS), MAX_PAUSE_MS)
      next = now() + pause
    },
  }
}
