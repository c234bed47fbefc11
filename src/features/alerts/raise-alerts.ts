import type { PlainDatabase } from '../../database/client.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { slicesOf } from '../../lib/slices.ts'
import type { AlertRules } from './alert-rules.ts'

/** How many users share a database transaction. */
const USERS_AT_ONCE = 100

interface Deps {
  readonly prepared: PlainDatabase
  readonly metrics: Metrics
  readonly rules: AlertRules
}

/**
 * Raises the alerts that users' outbox rows give cause for, and deletes these rows with them. It is
 * safe to run twice, late, or for deleted users: `raise_alerts.sql` says why.
 */
export async function raiseAlerts(
  { prepared, metrics, rules }: Deps,
  userIds: readonly number[],
): Promise<void> {
  // Each process takes the locks of users in the same order.
  const ascending = userIds.toSorted((a, b) => a - b)
  for (const ids of slicesOf(ascending, USERS_AT_ONCE)) {
    const raised = await prepared.rows<{ readonly kind: string }>(
      'SELECT kind FROM raise_alerts($1::bigint[], $2::jsonb) AS kind',
      [ids, JSON.stringify(rules)],
    )
    for (const { kind } of raised) metrics.alerts.inc({ kind })
  }
}
