/** How often a process read its cache for answers of a kind, by result, according to its metrics. */
export function cacheReads(
  metrics: string,
  kind = 'figures',
): { readonly hit: number; readonly miss: number } {
  const pattern = /^passbook_cache_reads_total\{kind="(\w+)",result="(\w+)"\} (\d+)$/gm
  const lines = [...metrics.matchAll(pattern)].filter(([, of]) => of === kind)
  const counts = new Map(lines.map(([, , result, count]) => [result, Number(count)]))
  return { hit: counts.get('hit') ?? 0, miss: counts.get('miss') ?? 0 }
}
