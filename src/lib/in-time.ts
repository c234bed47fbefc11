/** Something did not answer within the time there was for it. */
export class TooLate extends Error {
  override readonly name = 'TooLate'
}

/**
 * Waits for a step, but not longer than so many milliseconds; the step goes on.
 *
 * @throws TooLate, or what the step throws in time
 */
export async function inTime<T>(step: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    // What arrived while this process was busy counts: a look at the sockets comes first.
    timer = setTimeout(() => setImmediate(reject, new TooLate('it took too long')), milliseconds)
  })
  return await Promise.race([step, late]).finally(() => clearTimeout(timer))
}
