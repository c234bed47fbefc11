import { runSql } from '../../chaos/sql.ts'
import type { Check, Scene } from '../scene.ts'

/** The limits that a proof has: so low that many a transaction and score gives cause. */
const LARGE_AMOUNTS = { USD: 9_000, JPY: 900_000 } as const
const SCORE_DROP = 1

export const ALERT_ENV = {
  ALERT_LARGE_AMOUNTS: Object.entries(LARGE_AMOUNTS)
    .flatMap((pair) => pair.join(':'))
    .join(),
  ALERT_SCORE_DROP: String(SCORE_DROP),
}

interface Cause {
  readonly kind: string
  readonly user_id: number
  readonly cause: string
}

/** What gives cause by the ledger and by the history of scores, whatever the worker did. */
const CAUSES = `
  SELECT 'large_transaction' AS kind, user_id::int, concat_ws('/', id, trim_scale(transaction_amount), currency) AS cause
  FROM transactions WHERE transaction_amount > ('${JSON.stringify(LARGE_AMOUNTS)}'::json ->> currency)::numeric
  UNION ALL
  SELECT 'score_drop', user_id::int, id::text FROM (
    SELECT user_id, id, score, lag(score) OVER (PARTITION BY user_id ORDER BY id) AS former
    FROM credit_score_history) AS scores
  WHERE former - score >= ${SCORE_DROP}`

const ALERTS = 'SELECT id::int, kind, user_id::int, cause FROM alerts'

const nameOf = ({ kind, user_id, cause }: Cause) => `${kind} of user ${user_id}: ${cause}`

/** Whether a transaction that was changed or deleted since had such an amount. */
function wasWritten({ written }: Scene, { cause }: Cause): boolean {
  const [id, amount] = cause.split('/').map(Number)
  const changes = written.find((one) => one.id === id)?.changes ?? []
  return changes.some((change) => Number(change.amount) === amount)
}

/** Alerts, by a count that shares no code with the service. What is unusual depends on when it was looked at. */
export const checkAlerts: Check = {
  claim: 'alerts are those that ledger and scores give cause for, and each raised one event',
  async run(scene, findings) {
    const causes = (await runSql<Cause>(scene.databaseUrl, CAUSES)).map(nameOf)
    const alerts = await runSql<Cause & { readonly id: number }>(scene.databaseUrl, ALERTS)
    const raised = new Set(alerts.map(nameOf))
    for (const cause of causes) if (!raised.has(cause)) findings.add('alert that is missing', cause)
    const known = new Set(causes)
    for (const alert of alerts) {
      const isFounded =
        known.has(nameOf(alert)) ||
        (alert.kind === 'large_transaction' && wasWritten(scene, alert)) ||
        alert.kind === 'unusual_velocity'
      if (!isFounded) findings.add('alert without a cause', nameOf(alert))
    }
    const told = scene.events.filter(({ type }) => type === 'alert.raised')
    const ids = (list: readonly unknown[]) =>
      [...list].map(Number).sort((one, other) => one - other)
    const events = ids(told.map(({ data }) => data['alert_id']))
    const stored = ids(alerts.map(({ id }) => id))
    if (JSON.stringify(events) !== JSON.stringify(stored)) {
      findings.add('other events than alerts', `${events.length} events, ${stored.length} alerts`)
    }
  },
}
