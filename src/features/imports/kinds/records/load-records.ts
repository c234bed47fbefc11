import type { AppError } from '../../../../errors.ts'
import type { LoadJob, LoadResult } from '../loader.ts'
import type { RecordFile } from './record-file.ts'

/** Stores the records of a kind. */
export interface RecordLoad<T> {
  readonly loaded: number
  /** Records that were there already. */
  readonly skipped: number
  /** @returns in the order of the items why one is refused, and undefined for one that is not */
  add(items: readonly T[]): Promise<readonly (AppError | undefined)[]>
  /** Stores what is left. */
  end(): Promise<void>
}

/** Loads the records of a file, batch by batch. */
export async function loadRecords<T>(
  job: LoadJob,
  records: RecordFile<T>,
  load: RecordLoad<T>,
): Promise<LoadResult> {
  const { file } = records
  const counts = () => ({ read: file.rowsRead, loaded: load.loaded, skipped: load.skipped })
  job.found({ dialect: file.dialect, columns: records.shown() })
  for await (const batch of records.batches()) {
    job.signal.throwIfAborted()
    const outcomes = await load.add(batch.items)
    outcomes.forEach((error, index) => {
      if (error) batch.refuse(index, error)
    })
    job.count(counts())
  }
  await load.end()
  return { dialect: file.dialect, columns: records.shown(), counts: counts() }
}
