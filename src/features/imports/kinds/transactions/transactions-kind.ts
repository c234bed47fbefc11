import type { TransactionImport } from '../../../transactions/transactions.public.ts'
import type { Loader } from '../loader.ts'
import { loadRecords } from '../records/load-records.ts'
import { openTransactions } from './open-transactions.ts'

/**
 * Creates the loader of transactions. It skips rows whose reference their user has already. It refuses
 * rows of unknown users, and of users whose records the account may not change.
 *
 * @throws ImportError `columns`, and the errors of reading
 */
export function createTransactionLoader(transactions: TransactionImport): Loader {
  return async (context) => {
    const { account, connection, requestId, options } = context
    const records = await openTransactions(context, transactions.reader)
    const withReferences = records.has('reference') || options.hashReference === true
    const load = transactions.open(connection, account, requestId, withReferences)
    return await loadRecords(context, records, load)
  }
}
