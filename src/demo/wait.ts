import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from './client.ts'
import { mapConcurrently } from './concurrent.ts'
import { DemoError } from './errors.ts'
import type { LoadedUser } from './load-users.ts'
import type { Progress } from './progress.ts'

const CONCURRENCY = 4
/** The pause between two rounds, in milliseconds: asking takes the service's time from its work. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

/**
 * Asks for every user's analytics until each says that it is current; a user that is current is not
 * asked for again.
 *
 * @param limitMs how long this may take
 * @throws DemoError when it takes longer
 */
export async function waitUntilCurrent(
  client: Client,
  users: readonly LoadedUser[],
  progress: Progress,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + limitMs
  let waiting = users
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const current = await mapConcurrently(waiting, CONCURRENCY, async ({ id }) => {
      const { is_current } = await client.readAnalytics(id, 'USD')
      if (is_current) progress.advance(1)
      return is_current
    })
    waiting = waiting.filter((_, index) => !current[index])
    if (waiting.length === 0) return
    if (performance.now() > deadline) {
      throw new DemoError(
        `The figures of ${waiting.length} of ${users.length} users were not current after ${Math.round(limitMs / 1000)} s.`,
      )
    }
    await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}
