import type { Config } from '../config.ts'
import { createImportService } from '../features/imports/imports.service.ts'
import { loadDataset } from '../features/imports/kinds/dataset/dataset-kind.ts'
import { previewDataset } from '../features/imports/kinds/dataset/preview-dataset.ts'
import { createTransactionPreview } from '../features/imports/kinds/transactions/preview-transactions.ts'
import { createTransactionLoader } from '../features/imports/kinds/transactions/transactions-kind.ts'
import { previewUsers } from '../features/imports/kinds/users/preview-users.ts'
import { createUserLoader } from '../features/imports/kinds/users/users-kind.ts'
import type { Previewers } from '../features/imports/preview.ts'
import { createRowReader, type RowReader } from '../features/transactions/row-reader.ts'
import { createTransactionImport } from '../features/transactions/transaction-import.ts'
import { createUserLookup } from '../features/users/lookup.ts'
import type { Log } from '../lib/log.ts'
import { requireCurrency } from '../lib/money.ts'
import type { Stores } from './stores.ts'

/** What shows the rows of a file before it is loaded, by kind. It needs no database. */
export const createPreviewers = (rowReader: RowReader): Previewers => ({
  dataset: previewDataset,
  users: previewUsers,
  transactions: createTransactionPreview(rowReader),
})

/** Creates the service of imports, with a loader and a preview for each kind. */
export function createLoading(
  { database, plain, crypto, outbox, metrics }: Stores,
  config: Config,
  databaseUrl: string,
  log: Log,
) {
  const defaultCurrency = requireCurrency(config.DEFAULT_CURRENCY)
  const rowReader = createRowReader(defaultCurrency)
  return createImportService({
    database,
    plain,
    databaseUrl,
    crypto,
    outbox,
    metrics,
    log,
    loaders: {
      dataset: loadDataset,
      users: createUserLoader(crypto),
      transactions: createTransactionLoader(
        createTransactionImport({
          crypto,
          lookup: createUserLookup(crypto),
          reader: rowReader,
        }),
      ),
    },
    previewers: createPreviewers(rowReader),
    dataDir: config.DATA_DIR,
    maxBytes: config.IMPORT_MAX_BYTES,
    retentionHours: config.IMPORT_RETENTION_HOURS,
  })
}
