import { performance } from 'node:perf_hooks'
import { overloaded } from '../errors.ts'

/** The assumed duration of a task before any was measured. */
const FIRST_GUESS_MS = 50
/** The weight of the latest task in the moving average. */
const WEIGHT = 0.1

interface QueueOptions {
  /** Tasks that run at the same time. */
  readonly concurrency: number
  /** A task is refused if its expected wait is longer. */
  readonly maxWaitMs: number
  /** A clock in milliseconds, for tests. */
  readonly now?: () => number
}

export interface WorkQueue {
  /**
   * Runs a task when its turn comes.
   *
   * @throws AppError 503 if the expected wait is too long
   */
  run<T>(task: () => Promise<T>): Promise<T>
}

/**
 * Runs a bounded number of tasks at a time. A task is refused if it would wait too long, estimated
 * from the duration of recent tasks.
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
        // The finishing task passes its slot on.
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
