import type { Dataset } from '../../generated/schemas.ts'
import type { DatasetRecord } from './datasets.service.ts'

/** A dataset as the API shows it. */
export const datasetView = (dataset: DatasetRecord): Dataset => ({
  name: dataset.name,
  columns: [...dataset.columns],
  row_count: dataset.rowCount,
  bytes: dataset.bytes,
  ...(dataset.importId !== null && { import_id: Number(dataset.importId) }),
  created_at: dataset.createdAt.toISOString(),
})
