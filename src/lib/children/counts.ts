import { LRUCache } from 'lru-cache'
import type { Bus } from './bus.ts'

/** How long a window of rate limits is. */
export const WINDOW_MS = 60_000
/** Keys beyond this push out those counted longest ago. */
const MAX_KEYS = 10_000
/** A parent that takes longer does not hold requests up: they go uncounted. */
const MAX_WAIT_MS = 500

/** The requests of a key in its window, this one included, and how many milliseconds the window goes on. */
export type Count = readonly [current: number, remainingMs: number]

/** Counts by key, in windows that begin with the first request of each. */
export function createCounts(windowMs: number, now: () => number = Date.now) {
  const windows = new LRUCache<string, { current: number; end: number }>({ max: MAX_KEYS })
  return (key: string): Count => {
    const time = now()
    const known = windows.get(key)
    if (known !== undefined && known.end > time) {
      known.current += 1
      return [known.current, known.end - time]
    }
    windows.set(key, { current: 1, end: time + windowMs })
    return [1, windowMs]
  }
}

/** Has this process, the parent, count for all its children. */
export function countForChildren(bus: Bus): void {
  const count = createCounts(WINDOW_MS)
  bus.answer('count', (keys) => keys.map(count))
}

/**
 * Counts at the parent. What is counted in one turn of the event loop shares a message.
 *
 * @returns counts a request by its key, and throws if the parent does not answer in time
 */
export function countAtParent(bus: Bus): (key: string) => Promise<Count> {
  let keys: string[] = []
  let counting: Promise<readonly Count[]> | undefined

  async function ask(): Promise<readonly Count[]> {
    await new Promise((resolve) => setImmediate(resolve))
    const asked = keys
    keys = []
    counting = undefined
    const [counts] = await bus.ask('count', asked, MAX_WAIT_MS)
    if (counts === undefined) throw new Error('the parent process did not count')
    return counts
  }

  return async (key) => {
    const place = keys.push(key) - 1
    counting ??= ask()
    return (await counting)[place] as Count
  }
}
