import type { Client } from './generated/client/index.ts'
import { getUserAnalytics } from './generated/sdk.gen.ts'
import type { Analytics, GetUserAnalyticsData } from './generated/types.gen.ts'
import { TimeoutError } from './problem.ts'
import { sleep } from './retry.ts'

export interface WaitOptions {
  readonly client: Client
  /** Which figures to answer with; all of a user become current together. */
  readonly query?: GetUserAnalyticsData['query']
  /** Default: 30 seconds. */
  readonly timeoutSeconds?: number
  readonly signal?: AbortSignal
}

const FIRST_PAUSE_MS = 25
const LONGEST_PAUSE_MS = 500

/**
 * Waits until a user's figures hold every change that was answered before the call.
 *
 * @returns these figures
 * @throws Problem when there is no such user; TimeoutError when it takes too long
 */
export async function waitUntilCurrent(
  userId: number,
  { client, query, timeoutSeconds = 30, signal }: WaitOptions,
): Promise<Analytics> {
  const deadline = Date.now() + timeoutSeconds * 1000
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const { data } = await getUserAnalytics({
      client,
      path: { id: userId },
      ...(query && { query }),
      ...(signal && { signal }),
    })
    if (data.is_current) return data
    if (Date.now() + pause > deadline) {
      const seconds = Math.round(timeoutSeconds * 10) / 10
      throw new TimeoutError(`The figures of user ${userId} were not current after ${seconds} s.`)
    }
    await sleep(pause, signal)
  }
}
