/** A list in parts of at most `size`, in order. */
export function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let begin = 0; begin < items.length; begin += size) yield items.slice(begin, begin + size)
}

/** The items by a key of theirs, each group in order. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
