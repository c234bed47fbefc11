import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../errors.ts'
import type { Log } from './log.ts'

const PAUSE_MS = 500
/** A step that fails for longer fails for a reason that waiting does not mend. */
const MAX_MS = 60_000

/**
 * Does a step of a start, and again where it fails: a dependency that is away for a moment must not end a
 * process that has only just found it.
 *
 * @param pause waits between two attempts; a test's own clock
 * @throws StartupError at once, and what the step throws when it has failed for a minute
 */
export async function persist<T>(
  step: () => Promise<T>,
  log: Log,
  pause: (milliseconds: number) => Promise<void> = delay,
): Promise<T> {
  const until = performance.now() + MAX_MS
  for (;;) {
    try {
      return await step()
    } catch (error) {
      if (error instanceof StartupError || performance.now() > until) throw error
      log.warn({ err: error }, 'a step of the start is tried again')
      await pause(PAUSE_MS)
    }
  }
}
