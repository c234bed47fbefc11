import type { TransactionImport } from '../../../transactions/transactions.public.ts'
import type { Loader } from '../loader.ts'
import { loadRecords } from '../records/load-records.ts'
import { openRecords } from '../records/record-file.ts'
import { transactionShape } from '../shapes.ts'

/**
 * Creates the loader of transactions. It skips rows whose reference their user has already. It refuses
 * rows of unknown users, and of users whose records the account may not change.
 *
 * @throws ImportError `columns`, and the errors of reading
 */
export function createTransactionLoader(transactions: TransactionImport): Loader {
  return async (context) => {
    const { account, connection, requestId, options } = context
    const { numbers, hashReference = false } = options
    const records = await openRecords(context, transactionShape, ({ has, dateOrder, mark }) =>
      transactions.reader({
        numbers,
        givenOrder: options.dateOrder,
        foundOrder: dateOrder,
        mark,
        has,
        hashReference,
      }),
    )
    const withReferences = records.has('reference') || hashReference
    const load = transactions.open(connection, account, requestId, withReferences)
    return await loadRecords(context, records, load)
  }
}
