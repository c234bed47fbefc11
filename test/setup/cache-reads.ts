/** How often a process read its cache, by result, according to its metrics. */
export function cacheReads(metrics: string): { readonly hit: number; readonly miss: number } {
  const lines = metrics.matchAll(/^passbook_cache_reads_total\{result="(\w+)"\} (\d+)$/gm)
  const counts = new Map([...lines].map(([, result, count]) => [result, Number(count)]))
  return { hit: counts.get('hit') ?? 0, miss: counts.get('miss') ?? 0 }
}
