import type { TransactionImport } from '../transactions/transactions.service.ts'
import type { Loader } from './imports.loader.ts'
import type { RecordShape } from './records.columns.ts'
import { openRecords } from './records.rows.ts'

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
 * users are refused.
 *
 * @throws ImportError `columns`, and what reading throws
 */
export function createTransactionLoader(transactions: TransactionImport): Loader {
  return async (job) => {
    const { connection, requestId, options, signal } = job
    const records = await openRecords(job, SHAPE, (has) =>
      transactions.reader(options.numbers, has('user_email')),
    )
    const { file } = records
    const load = transactions.open(connection, requestId, records.has('reference'))
    job.found({ dialect: file.dialect, columns: records.shown() })
    const counts = () => ({ read: file.rowsRead, loaded: load.loaded, skipped: load.skipped })
    for await (const batch of records.batches()) {
      signal.throwIfAborted()
      const outcomes = await load.add(batch.items)
      outcomes.forEach((error, index) => {
        if (error) batch.refuse(index, error)
      })
      await job.rejects.settle()
      job.count(counts())
    }
    await load.end()
    return { dialect: file.dialect, columns: records.shown(), counts: counts() }
  }
}
