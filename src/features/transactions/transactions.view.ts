import type {
  Transaction,
  TransactionChange,
  TransactionPreview,
  TransactionVersion,
} from '../../generated/schemas.ts'
import { formatMoney } from '../../lib/money.ts'
import type { TransactionDraft, TransactionRecord } from './fields.ts'
import type { VersionRecord } from './past.ts'

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

/** A version of a transaction as the API shows it. */
export const versionView = (version: VersionRecord): TransactionVersion => ({
  id: Number(version.id),
  change: version.change as TransactionChange,
  recorded_at: version.recordedAt.toISOString(),
  ...(version.actorId !== null && { actor_id: Number(version.actorId) }),
  ...(version.requestId !== null && { request_id: version.requestId }),
  transaction: transactionView(version.transaction),
})
