import { FileError } from '../../csv/errors.ts'
import type { Database } from '../../database/client.ts'
import type { LoadConnection } from '../../database/copy-in.ts'
import { withLoadConnection } from '../../database/copy-in.ts'
import { isPassing } from '../../database/errors.ts'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { openWorkLog, type WorkLog } from '../../lib/work-log.ts'
import type { Chunks } from './chunks.ts'
import { countRows } from './count-rows.ts'
import { dialectView, type ImportRecord } from './imports.view.ts'
import type { ImportKind, Loader, LoadResult } from './kinds/loader.ts'
import type { ImportOptions } from './kinds/options.ts'
import { storeListedLines } from './listed-lines.ts'
import { type Progress, progressColumns, startProgress } from './progress.ts'
import { createRejects, type RejectWriter } from './rejects.ts'
import { createSource, type OpenStored } from './source.ts'

/** Attempts at an import that fails with an internal error that does not look temporary. */
const MAX_FAILED_ATTEMPTS = 3
/** Attempts at an import whose database goes away or whose worker dies. */
export const MAX_ATTEMPTS = 20

/** The dependencies of an attempt. */
export interface AttemptDeps {
  readonly database: Database
  readonly databaseUrl: string
  readonly chunks: Chunks
  readonly loaders: Readonly<Record<ImportKind, Loader>>
  readonly metrics: Metrics
  readonly log: Log
  readonly dataDir: string
  /** The size that a file may decompress to, in bytes. */
  readonly maxBytes: number
}

/** The counts of an import that has read nothing. */
const NOTHING_READ = { bytesRead: 0, rowsRead: 0, rowsLoaded: 0, rowsSkipped: 0, rowsRejected: 0 }

/** Claims an import that is not finished. The caller holds its advisory lock. */
async function claim(database: Database, id: number): Promise<ImportRecord | undefined> {
  const [record] = await database.import.updateManyAndReturn({
    where: { id, status: { in: ['queued', 'running'] } },
    data: {
      ...NOTHING_READ,
      status: 'running',
      attempts: { increment: 1 },
      startedAt: new Date(),
    },
  })
  return record
}

/**
 * Marks the import completed, in the same database transaction as its rows.
 *
 * @returns false when it was cancelled
 */
async function complete(
  connection: LoadConnection,
  { id, attempts }: ImportRecord,
  { dialect, columns, counts }: LoadResult,
  rejected: number,
): Promise<boolean> {
  const { rowCount } = await connection.run(
    `UPDATE imports SET status = 'completed', finished_at = clock_timestamp(),
      bytes_read = coalesce(bytes_total, bytes_read), rows_read = $3, rows_loaded = $4,
      rows_skipped = $5, rows_rejected = $6, dialect = $7, columns = $8
    WHERE id = $1 AND attempts = $2 AND status = 'running'`,
    [
      id,
      attempts,
      counts.read,
      counts.loaded,
      counts.skipped,
      rejected,
      JSON.stringify(dialectView(dialect)),
      JSON.stringify(columns),
    ],
  )
  return rowCount === 1
}

/** The error to show to the caller: that of a faulty file. Undefined for internal errors. */
function fileErrorOf(error: unknown): { code: string; detail: string; line?: number } | undefined {
  if (!(error instanceof FileError)) return undefined
  const { code, message, line } = error
  return { code, detail: message, ...(line > 0 && { line }) }
}

const INTERNAL = {
  code: 'internal_error',
  detail: 'Passbook failed to load the file; nothing was loaded',
}

/** An attempt at an import. It holds the import's advisory lock. */
export class ImportAttempt {
  readonly #deps: AttemptDeps
  readonly #record: ImportRecord
  readonly #options: ImportOptions
  readonly #progress: Progress
  readonly #rejects: RejectWriter
  readonly #log: WorkLog

  private constructor(deps: AttemptDeps, record: ImportRecord) {
    const { id, attempts } = record
    this.#deps = deps
    this.#record = record
    this.#options = record.options as unknown as ImportOptions
    this.#progress = startProgress(deps.database, { id, attempt: attempts })
    this.#rejects = createRejects(deps.chunks, id, this.#options)
    this.#log = openWorkLog(deps.log, deps.dataDir, { kind: 'import', id })
  }

  /**
   * Loads the file of an import. Does nothing if the import is deleted, finished, or being loaded.
   *
   * @param onDisk opens a file on this machine's disk instead of the uploaded one
   * @throws any error that is not the file's: the next attempt may succeed
   */
  static async run(
    deps: AttemptDeps,
    id: number,
    onDisk?: OpenStored,
    watch?: (progress: Progress) => void,
  ): Promise<void> {
    await withLoadConnection(deps.databaseUrl, id, async (connection) => {
      const record = await claim(deps.database, id)
      if (record === undefined) return
      const attempt = new ImportAttempt(deps, record)
      watch?.(attempt.#progress)
      await attempt.#run(connection, onDisk ?? (() => deps.chunks.read(record.id, 'upload')))
    })
  }

  async #run(connection: LoadConnection, stored: OpenStored): Promise<void> {
    const { kind, attempts, bytesTotal } = this.#record
    this.#log.info('import started', { kind, attempt: attempts, bytes: Number(bytesTotal) })
    try {
      await this.#rejects.reset()
      const result = await this.#load(connection, stored)
      await this.#finish(connection, result)
    } catch (error) {
      await this.#progress.stop()
      if (this.#progress.signal.aborted) await this.#discard()
      else await this.#fail(error)
    } finally {
      this.#log.close()
    }
  }

  async #load(connection: LoadConnection, stored: OpenStored): Promise<LoadResult> {
    const { database, loaders, maxBytes } = this.#deps
    const { id, kind, name, userId, compressed, bytesTotal, requestId } = this.#record
    const progress = this.#progress
    const file = { compressed, bytes: Number(bytesTotal) }
    const source = createSource(stored, file, maxBytes, (bytes) => {
      progress.bytes = bytes
    })
    // An account that is gone took the import along: what is loaded meanwhile is never committed.
    const account = await database.user.findUnique({
      where: { id: userId },
      select: { role: true },
    })
    return await loaders[kind]({
      id,
      name,
      account: { id: Number(userId), role: account?.role ?? 'user' },
      requestId: requestId ?? '',
      options: this.#options,
      source,
      connection,
      rejects: this.#rejects,
      signal: progress.signal,
      report: ({ dialect, columns }) => {
        progress.dialect = dialect ?? progress.dialect
        progress.columns = columns ?? progress.columns
      },
      count: (counts) => {
        progress.counts = counts
        progress.rejected = this.#rejects.count
      },
      log: (text, figures) => this.#log.info(text, figures),
      startOver: () => this.#rejects.reset(),
    })
  }

  async #finish(connection: LoadConnection, result: LoadResult): Promise<void> {
    const { chunks, metrics } = this.#deps
    const { id, kind } = this.#record
    await this.#rejects.end()
    await storeListedLines(chunks, id, result.dialect)
    await this.#progress.stop()
    // A dry run rolls its rows back, and keeps only the summary in its record.
    const { dryRun } = this.#options
    if (dryRun) await connection.restart()
    const rejected = this.#rejects.count
    if (!(await complete(connection, this.#record, result, rejected))) {
      await this.#discard()
      return
    }
    await connection.commit()
    countRows(metrics, { ...result, kind, rejected, dryRun })
    // If this fails, the sweep deletes the file's chunks.
    await chunks.remove(id, 'upload').catch(() => undefined)
    const { read, loaded, skipped } = result.counts
    const pace = this.#log.pace(read)
    this.#log.info('import completed', { read, loaded, skipped, rejected, ...pace })
  }

  async #discard(): Promise<void> {
    await this.#rejects.reset()
    this.#log.info('import cancelled: nothing was loaded')
  }

  /** Marks the import failed, or queues it again if another attempt may succeed. */
  async #fail(error: unknown): Promise<void> {
    const { database, chunks } = this.#deps
    const { id, attempts } = this.#record
    const fileError = fileErrorOf(error)
    const { code } = fileError ?? INTERNAL
    const read = this.#progress.counts.read
    const pace = this.#log.pace(read)
    this.#log.error(error, 'import failed: nothing was loaded', { code, read, ...pace })
    const maxAttempts = isPassing(error) ? MAX_ATTEMPTS : MAX_FAILED_ATTEMPTS
    const retries = fileError === undefined && attempts < maxAttempts
    // The rejects of a failed import stay available: they show what to correct.
    if (retries) await this.#rejects.reset()
    else await this.#rejects.end()
    this.#progress.rejected = this.#rejects.count
    const { count } = await database.import.updateMany({
      where: { id, attempts, status: 'running' },
      data: retries
        ? { ...NOTHING_READ, status: 'queued' }
        : {
            ...progressColumns(this.#progress),
            status: 'failed',
            rowsLoaded: 0n,
            finishedAt: new Date(),
            error: fileError ?? INTERNAL,
          },
    })
    if (!retries && count > 0) await chunks.remove(id, 'upload')
    if (fileError === undefined) throw error
  }
}
