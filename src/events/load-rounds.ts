import type { CoalescedConsumer } from './catalogue.ts'

/**
 * Milliseconds between the beginnings of two rounds of loads. What one user costs in a round is the
 * same for one change and for many.
 */
const EVERY_MS = 1_000

/**
 * Says how long the jobs of a load wait, in milliseconds. The first load of a consumer does not
 * wait. While loads go on, all that arrives within a second shares a round: a user of a job that
 * waits has no other one, and it handles all changes that it finds.
 */
export function createLoadRounds(now = () => Date.now()) {
  const rounds = new Map<CoalescedConsumer, number>()
  return (consumer: CoalescedConsumer): number => {
    const time = now()
    const last = rounds.get(consumer) ?? Number.NEGATIVE_INFINITY
    const next = last > time ? last : Math.max(time, last + EVERY_MS)
    rounds.set(consumer, next)
    return next - time
  }
}
