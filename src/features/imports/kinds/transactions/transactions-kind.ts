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
 * Makes what loads transactions. Rows whose reference their user has already are skipped; those of unknown
 * users are refused, and those of users whose records the account may not change.
 *
 * @throws ImportError `columns`, and what reading throws
 */
export function createTransactionLoader(transactions: TransactionImport): Loader {
  return async (job) => {
    const { account, connection, requestId, options } = job
    const records = await openRecords(job, SHAPE, (has) =>
      transactions.reader(options.numbers, has('user_email')),
    )
    const load = transactions.open(connection, account, requestId, records.has('reference'))
    return await loadRecords(job, records, load)
  }
}
