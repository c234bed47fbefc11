/**
 * Calls `work` for each item, up to `limit` at a time, in the order of the items.
 *
 * @returns what the calls returned, in the order of the items
 * @throws what the first call to fail threw; items not begun by then are left
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  const queue = items.entries()
  let failed = false
  async function lane(): Promise<void> {
    for (const [index, item] of queue) {
      if (failed) return
      results[index] = await work(item, index)
    }
  }
  const lanes = Array.from({ length: Math.min(limit, items.length) }, () =>
    lane().catch((error: unknown) => {
      failed = true
      throw error
    }),
  )
  await Promise.all(lanes)
  return results
}
