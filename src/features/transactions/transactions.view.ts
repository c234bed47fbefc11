import type { Transaction, TransactionPreview } from '../../generated/schemas.ts'
import { formatMoney } from '../../lib/money.ts'
import type { TransactionDraft, TransactionRecord } from './fields.ts'

/** A transaction that is not stored. */
export const draftView = (draft: TransactionDraft): TransactionPreview => ({
  user_id: Number(draft.userId),
  full_name: draft.fullName,
  transaction_date: draft.date.toISOString(),
  transaction_amount: formatMoney(draft.amount, draft.currency),
  transaction_type: draft.type,
  currency: draft.currency,
  ...(draft.description !== null && { description: draft.description }),
  ...(draft.reference !== null && { reference: draft.reference }),
})

/** A transaction as the API shows it. */
export const transactionView = (transaction: TransactionRecord): Transaction => ({
  id: Number(transaction.id),
  ...draftView(transaction),
  created_at: transaction.createdAt.toISOString(),
  updated_at: transaction.updatedAt.toISOString(),
})
