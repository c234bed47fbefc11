import { setTimeout as delay } from 'node:timers/promises'

/**
 * Calls `check` repeatedly until it returns a value.
 *
 * @param limitMs how long to poll, in milliseconds
 * @param intervalMs the pause between two calls, in milliseconds
 * @returns the first value that is not undefined, or undefined when the time is over
 */
export async function poll<T>(
  check: () => Promise<T | undefined>,
  limitMs: number,
  intervalMs = 20,
): Promise<T | undefined> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const answer = await check()
    if (answer !== undefined || Date.now() >= deadline) return answer
    await delay(intervalMs)
  }
}
