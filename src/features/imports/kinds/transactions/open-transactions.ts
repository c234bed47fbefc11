import type { GivenTransaction, RowReader } from '../../../transactions/transactions.public.ts'
import type { ReadContext } from '../loader.ts'
import { openRecords, type RecordFile } from '../records/record-file.ts'
import { transactionShape } from '../shapes.ts'

/** Opens a file of transactions. @throws ImportError `columns`, and the errors of reading */
export const openTransactions = (
  context: ReadContext,
  reader: RowReader,
): Promise<RecordFile<GivenTransaction>> => {
  const { numbers, dateOrder: givenOrder, hashReference = false } = context.options
  return openRecords(context, transactionShape, ({ has, dateOrder: foundOrder, mark }) =>
    reader.create({ numbers, givenOrder, foundOrder, mark, has, hashReference }),
  )
}
