import type { FileDialect } from '../../csv/file/row-file.ts'
import type { Database, Prisma } from '../../database/client.ts'
import type { Column } from '../../generated/schemas.ts'
import { dialectView } from './imports.view.ts'
import type { RowCounts } from './kinds/loader.ts'

/** How often progress is written into the record. */
const WRITE_MS = 500

/** An attempt at an import, with its number. */
export interface Attempt {
  readonly id: bigint
  readonly attempt: number
}

/** The progress of an attempt, written into the import's record at intervals. */
export interface Progress {
  bytes: number
  counts: RowCounts
  rejected: number
  dialect: FileDialect | undefined
  columns: readonly Column[] | undefined
  /** Aborted when the import was cancelled, or another attempt has claimed it. */
  readonly signal: AbortSignal
  /** Stops writing. */
  stop(): Promise<void>
}

/** The columns of the record that show progress. */
export const progressColumns = (progress: Progress) => ({
  bytesRead: BigInt(progress.bytes),
  rowsRead: BigInt(progress.counts.read),
  rowsLoaded: BigInt(progress.counts.loaded),
  rowsSkipped: BigInt(progress.counts.skipped),
  rowsRejected: BigInt(progress.rejected),
  ...(progress.dialect && {
    dialect: dialectView(progress.dialect) as unknown as Prisma.InputJsonObject,
  }),
  ...(progress.columns && { columns: [...progress.columns] }),
})

export function startProgress(database: Database, { id, attempt }: Attempt): Progress {
  const controller = new AbortController()
  let writing: Promise<void> | undefined
  const progress: Progress = {
    bytes: 0,
    rejected: 0,
    counts: { read: 0, loaded: 0, skipped: 0 },
    dialect: undefined,
    columns: undefined,
    signal: controller.signal,
    async stop() {
      clearInterval(timer)
      await writing
    },
  }

  async function write(): Promise<void> {
    const { count } = await database.import.updateMany({
      where: { id, attempts: attempt, status: 'running' },
      data: progressColumns(progress),
    })
    if (count === 0) controller.abort()
  }

  const timer = setInterval(() => {
    // If the database is away, the load fails by itself.
    writing ??= write()
      .catch(() => undefined)
      .finally(() => {
        writing = undefined
      })
  }, WRITE_MS)
  return progress
}
