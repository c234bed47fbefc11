import type { Alert, AlertKind, AlertStatus } from '../../generated/schemas.ts'
import { floorMoney, formatMoney, money } from '../../lib/money.ts'
import type { AlertRecord } from './alerts.service.ts'

/** What a large transaction exceeds. */
const largeView = ({ transactionId, currency, amount, threshold }: AlertRecord) =>
  transactionId === null || currency === null || amount === null || threshold === null
    ? {}
    : {
        transaction_id: Number(transactionId),
        currency,
        amount: formatMoney(money(amount), currency),
        amount_limit: floorMoney(money(threshold), currency),
      }

/** How busy a day is. */
const velocityView = ({ currency, day, transactionCount, threshold }: AlertRecord) =>
  currency === null || day === null || transactionCount === null || threshold === null
    ? {}
    : {
        currency,
        date: day.toISOString().slice(0, 10),
        transaction_count: transactionCount,
        count_limit: threshold.toNumber(),
      }

/** How far a score fell. */
const scoreView = ({ score, previousScore }: AlertRecord) =>
  score === null || previousScore === null ? {} : { score, previous_score: previousScore }

/** An alert as the API shows it. */
export const alertView = (alert: AlertRecord): Alert => ({
  id: Number(alert.id),
  user_id: Number(alert.userId),
  kind: alert.kind as AlertKind,
  status: alert.status as AlertStatus,
  ...largeView(alert),
  ...velocityView(alert),
  ...scoreView(alert),
  ...(alert.note !== null && { note: alert.note }),
  ...(alert.acknowledgedBy !== null && { acknowledged_by: Number(alert.acknowledgedBy) }),
  ...(alert.acknowledgedAt !== null && { acknowledged_at: alert.acknowledgedAt.toISOString() }),
  created_at: alert.createdAt.toISOString(),
  updated_at: alert.updatedAt.toISOString(),
})
