import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../../../errors.ts'
import { mapConcurrently } from '../concurrent.ts'
import type { Progress } from '../progress.ts'
import type { Client } from './client.ts'
import type { LoadedUser } from './load-users.ts'

const CONCURRENCY = 4
/** The pause before a user is asked for again, in milliseconds. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250
const CURRENCY = 'USD'

/**
 * Asks for every user's analytics until each says that it is current. A few users are asked for at a
 * time, and the next only when these are: asking takes the service's time from its work.
 *
 * @param limitMs how long this may take
 * @throws StartupError when it takes longer
 */
export async function waitUntilCurrent(
  client: Client,
  users: readonly LoadedUser[],
  progress: Progress,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + limitMs
  await mapConcurrently(users, CONCURRENCY, async ({ id }) => {
    let pause = FIRST_PAUSE_MS
    while (!(await client.readAnalytics(id, CURRENCY)).is_current) {
      if (performance.now() > deadline) {
        throw new StartupError(
          `The figures of user ${id} were not current after ${Math.round(limitMs / 1000)} s.`,
        )
      }
      await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
    progress.advance(1)
  })
}
