/** Counts what is under way, so that the end of it can be waited for. */
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
    /** Counts work until it ends, well or badly. */
    count: <T>(work: Promise<T>): Promise<T> => {
      count += 1
      return work.finally(end)
    },
    /** Resolves when nothing is under way. */
    none: (): Promise<void> =>
      count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  }
}
