import type { Event } from '../../generated/schemas.ts'
import { minorDigits } from '../../lib/currencies.ts'
import { formatMoney, money } from '../../lib/money.ts'
import type { EventRow } from './read-events.ts'

/** The data of a transaction, whose amount was stored as PostgreSQL writes it. */
function dataView(data: EventRow['data']): EventRow['data'] {
  const { transaction_amount: amount, currency } = data
  if (typeof amount !== 'string' || typeof currency !== 'string') return data
  // A writer past Passbook may have stored a currency that there is not.
  if (minorDigits(currency) === undefined) return data
  return { ...data, transaction_amount: formatMoney(money(amount), currency) }
}

/** An event as the API shows it. */
export const eventView = ({ id, type, user_id, data, request_id, created_at }: EventRow): Event =>
  ({
    id: Number(id),
    type,
    created_at: created_at.toISOString(),
    user_id: Number(user_id),
    ...(request_id !== null && { request_id }),
    data: dataView(data),
  }) as Event
