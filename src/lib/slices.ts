import { setImmediate } from 'node:timers/promises'

/** Longer than this nobody else waits for a slice of work. */
const MAX_SLICE_MS = 10

/** Lets everybody else have a turn. */
export const nextTurn = (): Promise<void> => setImmediate()

/**
 * As `items.map`, in slices of a few milliseconds between which others get their turn: what a request
 * makes of a thousand items is not to keep the process from answering anybody else.
 */
export async function mapInSlices<T, R>(
  items: readonly T[],
  map: (item: T, index: number) => R,
): Promise<R[]> {
  const results: R[] = []
  let began = performance.now()
  for (const [index, item] of items.entries()) {
    results.push(map(item, index))
    if (performance.now() - began < MAX_SLICE_MS) continue
    await nextTurn()
    began = performance.now()
  }
  return results
}
