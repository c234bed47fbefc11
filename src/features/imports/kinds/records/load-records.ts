import type { AppError } from '../../../../errors.ts'
import type { LoadContext, LoadResult } from '../loader.ts'
import type { RecordFile } from './record-file.ts'

/** Stores the records of a kind. */
export interface RecordLoad<T> {
  readonly loaded: number
  /** Records that existed already. */
  readonly skipped: number
  readonly loadedByType?: LoadResult['loadedByType']
  /** @returns for each item why it is refused, or undefined if it is accepted */
  add(items: readonly T[]): Promise<readonly (AppError | undefined)[]>
  /** Stores the remaining items. */
  end(): Promise<void>
}

/** Loads the records of a file, batch by batch. */
export async function loadRecords<T>(
  context: LoadContext,
  records: RecordFile<T>,
  load: RecordLoad<T>,
): Promise<LoadResult> {
  const { file } = records
  const counts = () => ({ read: file.rowsRead, loaded: load.loaded, skipped: load.skipped })
  context.report({ dialect: file.dialect, columns: records.shown() })
  for await (const batch of records.batches()) {
    context.signal.throwIfAborted()
    const outcomes = await load.add(batch.items)
    outcomes.forEach((error, index) => {
      if (error) batch.refuse(index, error)
    })
    context.count(counts())
  }
  await load.end()
  const { loadedByType } = load
  return {
    dialect: file.dialect,
    columns: records.shown(),
    counts: counts(),
    ...(loadedByType && { loadedByType }),
  }
}
