import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../errors.ts'
import type { Log } from './log.ts'

const PAUSE_MS = 500
/** Failures that last longer than this will not go away by waiting. */
const MAX_RETRY_MS = 60_000

/**
 * Runs a step of the start, retrying failures: a dependency that is briefly unavailable must not
 * end a starting process.
 *
 * @param pause waits between two tries; tests pass their own clock
 * @throws StartupError at once; whatever the step throws after failing for a minute
 */
export async function persist<T>(
  step: () => Promise<T>,
  log: Log,
  pause: (milliseconds: number) => Promise<void> = delay,
): Promise<T> {
  const deadline = performance.now() + MAX_RETRY_MS
  for (;;) {
    try {
      return await step()
    } catch (error) {
      if (error instanceof StartupError || performance.now() > deadline) throw error
      log.warn({ err: error }, 'retrying a failed step of the start')
      await pause(PAUSE_MS)
    }
  }
}
