/** Counts promises that have not settled, so that a caller can wait for all of them. */
export function countUnderWay() {
  let count = 0
  let waiting: (() => void)[] = []

  function end(): void {
    count -= 1
    if (count > 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }

  return {
    /** Counts this work until it settles. */
    count: <T>(work: Promise<T>): Promise<T> => {
      count += 1
      return work.finally(end)
    },
    /** Resolves when nothing is under way. */
    none: (): Promise<void> =>
      count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  }
}
