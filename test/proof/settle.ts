import { setTimeout as delay } from 'node:timers/promises'
import type { Findings } from '../chaos/findings.ts'
import { runSql } from '../chaos/sql.ts'

/** A lane that was lost with a process comes back after a minute. */
const MAX_SETTLING_MS = 120_000
const LOOK_MS = 100

/** Waits until nothing waits any more: no change, no event, no delivery. */
export async function settle(url: string, findings: Findings): Promise<void> {
  const since = performance.now()
  for (;;) {
    const [row] = await runSql<{ changes: number; events: number; deliveries: number }>(
      url,
      `SELECT (SELECT count(*)::int FROM outbox) AS changes,
         (SELECT count(*)::int FROM pending_events) AS events,
         (SELECT count(*)::int FROM webhook_deliveries WHERE status = 'pending') AS deliveries`,
    )
    if (row === undefined || row.changes + row.events + row.deliveries === 0) return
    if (performance.now() - since > MAX_SETTLING_MS) {
      findings.add('work that did not end', JSON.stringify(row))
      return
    }
    await delay(LOOK_MS)
  }
}
