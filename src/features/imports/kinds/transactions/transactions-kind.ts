import type { TransactionImport } from '../../../transactions/transactions.public.ts'
import type { Loader } from '../loader.ts'
import type { RecordShape } from '../records/columns.ts'
import { loadRecords } from '../records/load-records.ts'
import { openRecords } from '../records/record-file.ts'

const SHAPE: RecordShape = {
  required: [
    ['user_id', 'user_email'],
    ['transaction_date'],
    ['transaction_amount'],
    ['transaction_type'],
  ],
  optional: ['full_name', 'currency', 'description', 'reference'],
}

/**
 * Creates the loader of transactions. It skips rows whose reference their user has already. It refuses
 * rows of unknown users, and of users whose records the account may not change.
 *
 * @throws ImportError `columns`, and the errors of reading
 */
export function createTransactionLoader(transactions: TransactionImport): Loader {
  return async (context) => {
    const { account, connection, requestId, options } = context
    const records = await openRecords(context, SHAPE, (has) =>
      transactions.reader(options.numbers, has('user_email')),
    )
    const load = transactions.open(connection, account, requestId, records.has('reference'))
    return await loadRecords(context, records, load)
  }
}
