import { performance } from 'node:perf_hooks'
import { overloaded } from '../errors.ts'

/** What a task is taken to last before any was measured. */
const FIRST_GUESS_MS = 50
/** How much the last task counts in the average. */
const WEIGHT = 0.1

interface QueueOptions {
  /** Tasks under way at a time. */
  readonly concurrency: number
  /** The longest that a task may be expected to wait. */
  readonly maxWaitMs: number
  /** A clock in milliseconds, for tests. */
  readonly now?: () => number
}

export interface WorkQueue {
  /** Does a task when its turn has come. @throws AppError 503 when that would be too late */
  run<T>(task: () => Promise<T>): Promise<T>
}

/**
 * Does work in turn, a bounded part of it at a time, and refuses what would wait too long: how long is
 * reckoned from what tasks took lately.
 */
export function createWorkQueue(options: QueueOptions): WorkQueue {
  const { concurrency, maxWaitMs, now = () => performance.now() } = options
  const waiting: (() => void)[] = []
  let running = 0
  let averageMs = FIRST_GUESS_MS

  const wait = () => new Promise<void>((resolve) => waiting.push(resolve))

  return {
    async run(task) {
      const expectedMs = ((waiting.length + 1) * averageMs) / concurrency
      if (running === concurrency) {
        if (expectedMs > maxWaitMs) throw overloaded()
        // Whoever ends hands its place on.
        await wait()
      } else {
        running += 1
      }
      const began = now()
      try {
        return await task()
      } finally {
        averageMs += WEIGHT * (now() - began - averageMs)
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
