import type { RowReader } from '../../../transactions/transactions.public.ts'
import type { Previewer } from '../loader.ts'
import { previewRecords } from '../records/preview-records.ts'
import { openTransactions } from './open-transactions.ts'

/**
 * Creates the function that shows what the rows of a file of transactions would be. Users and
 * references are not looked up.
 *
 * @throws ImportError `columns`, and the errors of reading
 */
export const createTransactionPreview =
  (reader: RowReader): Previewer =>
  async (context) =>
    await previewRecords(await openTransactions(context, reader), reader.show)
