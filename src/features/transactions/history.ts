import type { Static } from 'typebox'
import { type FieldError, inQuery, invalid, queryError } from '../../errors.ts'
import type { listUserTransactions } from '../../generated/operations.ts'
import type { Transaction } from '../../generated/schemas.ts'
import { readPaging } from '../../http/paging.ts'
import { checkAll } from '../../http/validation/check-all.ts'
import { DAY_MS } from '../../lib/day.ts'
import { checkCurrency, checkDate, isStorable } from './fields.ts'

export type HistoryQuery = Static<typeof listUserTransactions.schema.querystring>

const isDateOnly = (text: string) => text.length === 10

/** Which transactions a history shows. Both ends of a period or range belong to it. */
export interface HistoryFilter {
  readonly userId: number
  readonly from?: Date
  readonly to?: Date
  readonly type?: HistoryQuery['type']
  readonly currency?: string
  readonly minAmount?: number | string
  readonly maxAmount?: number | string
}

/** A place in a history, after a transaction. */
export interface HistoryPosition {
  readonly date: Date
  readonly id: bigint
}

/** The last millisecond of a period. A date means that whole UTC day. */
function checkEnd(to: string): Date | FieldError {
  const end = checkDate(to, inQuery('to'))
  return end instanceof Date && isDateOnly(to) ? new Date(end.getTime() + DAY_MS - 1) : end
}

/** Includes both ends. Transactions have millisecond precision. */
function period({ from, to }: HistoryQuery): Pick<HistoryFilter, 'from' | 'to'> {
  const start = from === undefined ? undefined : checkDate(from, inQuery('from'))
  const end = to === undefined ? undefined : checkEnd(to)
  const errors = [start, end].filter(
    (value): value is FieldError => !!value && !(value instanceof Date),
  )
  if (start instanceof Date && end instanceof Date && start > end) {
    errors.push(queryError('to', 'period', 'must not be before from'))
  }
  if (errors.length > 0) throw invalid(errors)
  return { ...(start instanceof Date && { from: start }), ...(end instanceof Date && { to: end }) }
}

function assertCurrency({ currency }: HistoryQuery): void {
  const unknown = currency === undefined ? undefined : checkCurrency(currency, inQuery('currency'))
  if (unknown) throw invalid([unknown])
}

/** The filters of a user's history. @throws AppError 422 for an invalid date or currency */
export function historyFilter(userId: number, query: HistoryQuery): HistoryFilter {
  const { type, currency, min_amount, max_amount } = query
  const [dates] = checkAll(
    () => period(query),
    () => assertCurrency(query),
  )
  return {
    userId,
    ...dates,
    ...(type !== undefined && { type }),
    ...(currency !== undefined && { currency }),
    ...(min_amount !== undefined && { minAmount: min_amount }),
    ...(max_amount !== undefined && { maxAmount: max_amount }),
  }
}

export const historyPaging = (query: HistoryQuery) =>
  readPaging(query, ([time, id]): HistoryPosition | undefined =>
    isStorable(time) && Number.isSafeInteger(id)
      ? { date: new Date(time), id: BigInt(id as number) }
      : undefined,
  )

export const historyPosition = ({ transaction_date, id }: Transaction) => [
  Date.parse(transaction_date),
  id,
]
