import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks `check` again and again until it answers.
 *
 * @param limitMs how long to ask, in milliseconds
 * @param intervalMs the pause between two questions, in milliseconds
 * @returns the first answer that is not undefined, or undefined when the time is over
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
