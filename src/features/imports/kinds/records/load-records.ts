import type { AppError } from '../../../../errors.ts'
import type { LoadContext, LoadResult } from '../loader.ts'
import type { RecordFile, RecordLot } from './record-file.ts'

type Outcomes = readonly (AppError | undefined)[]

/** Stores the records of a kind. */
export interface RecordLoad<T> {
  readonly loaded: number
  /** Records that existed already. */
  readonly skipped: number
  readonly loadedByType?: LoadResult['loadedByType']
  /**
   * Called again before it is done, for at most `maxAhead` lots.
   *
   * @returns for each item why it is refused, or undefined if it is accepted
   */
  add(items: readonly T[]): Promise<Outcomes>
  /** Stores the remaining items. */
  end(): Promise<void>
}

/** How a file is handed to a load. */
export interface LotOptions {
  /** Records of one lot, if the file has as many. */
  readonly lot: number
  /** How many lots are read while one is stored. */
  readonly maxAhead: number
}

/** Each batch of the file is stored before the next one is read. */
const BATCH_BY_BATCH: LotOptions = { lot: 1, maxAhead: 0 }

/** A lot that is being stored. */
interface Pending<T> {
  readonly lot: RecordLot<T>
  readonly outcomes: Promise<Outcomes>
}

/** Passes refused rows on once a lot and all before it are stored. */
async function settle<T>({ lot, outcomes }: Pending<T>): Promise<void> {
  const found = await outcomes
  found.forEach((error, index) => {
    if (error) lot.refuse(index, error)
  })
  await lot.end()
}

/** Loads the records of a file, lot by lot. */
export async function loadRecords<T>(
  context: LoadContext,
  records: RecordFile<T>,
  load: RecordLoad<T>,
  { lot: size, maxAhead }: LotOptions = BATCH_BY_BATCH,
): Promise<LoadResult> {
  const { file } = records
  const counts = () => ({ read: file.rowsRead, loaded: load.loaded, skipped: load.skipped })
  context.report({ dialect: file.dialect, columns: records.shown() })
  const pending: Pending<T>[] = []
  const settleDownTo = async (count: number) => {
    while (pending.length > count) {
      await settle(pending.shift() as Pending<T>)
      context.count(counts())
    }
  }
  try {
    for await (const lot of records.lots(size)) {
      context.signal.throwIfAborted()
      const outcomes = load.add(lot.items)
      // Whoever settles it gets the error. Nobody does after an earlier one.
      outcomes.catch(() => undefined)
      pending.push({ lot, outcomes })
      await settleDownTo(maxAhead)
    }
    await settleDownTo(0)
  } catch (error) {
    // Rows that were refused before an error of the file belong to the rejects.
    await settleDownTo(0).catch(() => undefined)
    // A load that is over uses its connection no more: whoever begins again has the same one.
    await Promise.allSettled(pending.map(({ outcomes }) => outcomes))
    await records.endRejects()
    throw error
  }
  await records.endRejects()
  await load.end()
  const { loadedByType } = load
  return {
    dialect: file.dialect,
    columns: records.shown(),
    counts: counts(),
    ...(loadedByType && { loadedByType }),
  }
}
