import type { Database } from '../../../database/client.ts'
import { invalid, notFoundByName } from '../../../errors.ts'
import type { Column, DatasetIndexes } from '../../../generated/schemas.ts'
import { createGuess } from '../../../http/validation/nearest-name.ts'
import { findTables } from './find-tables.ts'
import { indexState } from './names.ts'

/** Shows how far the indexes of a dataset are. @throws AppError 404 */
export async function readIndexes(
  database: Database,
  { id, name }: { readonly id: bigint; readonly name: string },
): Promise<DatasetIndexes> {
  const [table] = await findTables(database, id)
  if (table === undefined) throw notFoundByName('Dataset', name)
  const indexes = table.indexedColumns.map((column) => ({
    column,
    state: indexState(table, column),
  }))
  return { indexes }
}

/** @throws AppError 422 for names that no column has */
function checkColumns(columns: readonly Column[], wanted: readonly string[]): void {
  const names = columns.map(({ name }) => name)
  const guess = createGuess()
  const errors = wanted.flatMap((name, index) => {
    if (names.includes(name)) return []
    const message = `is not a column of this dataset${guess(name, names)}`
    return { in: 'body' as const, path: `/columns/${index}`, code: 'unknown_column', message }
  })
  if (errors.length > 0) throw invalid(errors)
}

/**
 * Sets which columns are to have an index. A column whose index failed is tried again.
 *
 * @throws AppError 404, 422
 */
export async function setIndexes(
  database: Database,
  dataset: { readonly id: bigint; readonly name: string; readonly columns: readonly Column[] },
  wanted: readonly string[],
): Promise<DatasetIndexes> {
  checkColumns(dataset.columns, wanted)
  await database.dataset.updateMany({
    where: { id: dataset.id },
    data: { indexedColumns: [...wanted], failedIndexes: [] },
  })
  return await readIndexes(database, dataset)
}
