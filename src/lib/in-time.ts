import { afterOwnTime, type OwnTimer } from './own-time.ts'

/** The time limit for a step has passed. */
export class TooLate extends Error {
  override readonly name = 'TooLate'
}

/**
 * Waits for a step, but no longer than this many milliseconds of the process's own running time.
 * The step itself goes on.
 *
 * @throws TooLate, or whatever the step throws within the time
 */
export async function inTime<T>(step: Promise<T>, milliseconds: number): Promise<T> {
  let timer: OwnTimer | undefined
  const late = new Promise<never>((_, reject) => {
    timer = afterOwnTime(milliseconds, () => reject(new TooLate('it took too long')))
  })
  return await Promise.race([step, late]).finally(() => timer?.stop())
}

/** Waits for a step of a stop, but not longer than so many milliseconds, and goes on then. */
export async function within(milliseconds: number, step: Promise<unknown>): Promise<void> {
  await inTime(step, milliseconds).catch((error: unknown) => {
    if (!(error instanceof TooLate)) throw error
  })
}
