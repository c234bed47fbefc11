import type { Metrics } from '../../lib/metrics.ts'
import type { ImportKind, LoadResult } from './kinds/loader.ts'

/** An import that was committed. */
interface Committed extends Pick<LoadResult, 'counts' | 'loadedByType'> {
  readonly kind: ImportKind
  readonly rejected: number
  /** Whether its rows were rolled back. */
  readonly dryRun: boolean
}

/** Counts the rows of a committed import, and the users or transactions that they became. */
export function countRows(metrics: Metrics, committed: Committed): void {
  const { kind, counts, loadedByType, rejected, dryRun } = committed
  metrics.importRows.inc({ kind, outcome: 'loaded' }, counts.loaded)
  metrics.importRows.inc({ kind, outcome: 'rejected' }, rejected)
  if (dryRun) return
  const source = 'import'
  if (kind === 'users') metrics.usersCreated.inc({ source }, counts.loaded)
  if (loadedByType === undefined) return
  for (const type of ['credit', 'debit'] as const)
    metrics.transactionsCreated.inc({ type, source }, loadedByType[type])
}
