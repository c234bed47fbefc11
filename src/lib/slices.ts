import { setImmediate } from 'node:timers/promises'

/** The longest time one slice of work may block the event loop. */
export const MAX_SLICE_MS = 10

/** Yields to the event loop. */
export const nextTurn = (): Promise<void> => setImmediate()

/** Cuts items into parts of at most `size`. */
export const slicesOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )

/**
 * Like `items.map`, but yields to the event loop every few milliseconds: one request for a
 * thousand items must not block all others.
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
