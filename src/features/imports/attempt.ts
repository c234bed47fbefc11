import { FileError } from '../../csv/errors.ts'
import type { Database } from '../../database/client.ts'
import type { LoadConnection } from '../../database/copy-in.ts'
import { withLoadConnection } from '../../database/copy-in.ts'
import { isPassing } from '../../database/errors.ts'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import type { Chunks } from './chunks.ts'
import { type ImportLog, openImportLog } from './import-log.ts'
import { dialectView, type ImportRecord } from './imports.view.ts'
import type { ImportKind, Loader, LoadResult } from './kinds/loader.ts'
import type { ImportOptions } from './kinds/options.ts'
import { type Progress, progressColumns, startProgress } from './progress.ts'
import { createRejects, type RejectWriter } from './rejects.ts'
import { createSource, type OpenStored } from './source.ts'

/** So often an import is tried that fails for a reason which is not the file's and does not pass. */
const MAX_FAILURES = 3
/** So often one is tried whose database went away, or whose worker died. */
export const MAX_ATTEMPTS = 20

/** What an attempt works with. */
export interface AttemptDeps {
  readonly database: Database
  readonly databaseUrl: string
  readonly chunks: Chunks
  readonly loaders: Readonly<Record<ImportKind, Loader>>
  readonly metrics: Metrics
  readonly log: Log
  readonly dataDir: string
  /** How many bytes a file may unpack to. */
  readonly maxBytes: number
}

/** What stands in the record of one of which nothing is read. */
const NOTHING_READ = { bytesRead: 0, rowsRead: 0, rowsLoaded: 0, rowsSkipped: 0, rowsRejected: 0 }

/** Takes an import that nobody works on; the caller has its lock. */
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

/** Says in the transaction of the data itself that the import is completed. @returns false when it was cancelled */
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

/** Why it failed, as far as the public is told. */
function publicError(error: unknown): { code: string; detail: string; line?: number } | undefined {
  if (!(error instanceof FileError)) return undefined
  const { code, message, line } = error
  return { code, detail: message, ...(line > 0 && { line }) }
}

const INTERNAL = {
  code: 'internal_error',
  detail: 'Something went wrong on our side; nothing was loaded',
}

/** One attempt at one import, by a worker that holds its lock. */
export class ImportAttempt {
  readonly #deps: AttemptDeps
  readonly #record: ImportRecord
  readonly #options: ImportOptions
  readonly #progress: Progress
  readonly #rejects: RejectWriter
  readonly #log: ImportLog

  private constructor(deps: AttemptDeps, record: ImportRecord) {
    const { id, attempts } = record
    this.#deps = deps
    this.#record = record
    this.#options = record.options as unknown as ImportOptions
    this.#progress = startProgress(deps.database, { id, attempt: attempts })
    this.#rejects = createRejects(deps.chunks, id, this.#options)
    this.#log = openImportLog(deps.log, deps.dataDir, id)
  }

  /**
   * Loads the file of an import, unless it is gone, done, or somebody works on it.
   *
   * @param onDisk opens a file of this machine in place of the one that was uploaded
   * @throws what is nobody's fault and may go better the next time
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
    this.#log.say('the import begins', { kind, attempt: attempts, bytes: Number(bytesTotal) })
    try {
      await this.#rejects.reset()
      const result = await this.#load(connection, stored)
      await this.#finish(connection, result)
    } catch (error) {
      await this.#progress.stop()
      if (this.#progress.signal.aborted) await this.#cancelled()
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
      found: ({ dialect, columns }) => {
        progress.dialect = dialect ?? progress.dialect
        progress.columns = columns ?? progress.columns
      },
      count: (counts) => {
        progress.counts = counts
        progress.rejected = this.#rejects.count
      },
      say: (text, figures) => this.#log.say(text, figures),
      startOver: () => this.#rejects.reset(),
    })
  }

  async #finish(connection: LoadConnection, result: LoadResult): Promise<void> {
    const { chunks, metrics } = this.#deps
    const { id, kind } = this.#record
    await this.#rejects.end()
    await this.#progress.stop()
    // Of a dry run all is gone but what is said of it.
    if (this.#options.dryRun) await connection.restart()
    const rejected = this.#rejects.count
    if (!(await complete(connection, this.#record, result, rejected))) {
      await this.#cancelled()
      return
    }
    await connection.commit()
    // What is left of the file now is the sweep's.
    await chunks.remove(id, 'upload').catch(() => undefined)
    const { read, loaded, skipped } = result.counts
    metrics.importRows.inc({ kind, outcome: 'loaded' }, loaded)
    metrics.importRows.inc({ kind, outcome: 'rejected' }, rejected)
    this.#log.say('the import is completed', { read, loaded, skipped, rejected })
  }

  async #cancelled(): Promise<void> {
    await this.#rejects.reset()
    this.#log.say('the import was cancelled: nothing was loaded')
  }

  /** Puts it back into the queue where trying again may help. */
  async #fail(error: unknown): Promise<void> {
    const { database, chunks } = this.#deps
    const { id, attempts } = this.#record
    this.#log.fail(error, 'the import failed: nothing was loaded')
    const known = publicError(error)
    const most = isPassing(error) ? MAX_ATTEMPTS : MAX_FAILURES
    const again = known === undefined && attempts < most
    // What was refused until then is of use.
    if (again) await this.#rejects.reset()
    else await this.#rejects.end()
    this.#progress.rejected = this.#rejects.count
    const { count } = await database.import.updateMany({
      where: { id, attempts, status: 'running' },
      data: again
        ? { ...NOTHING_READ, status: 'queued' }
        : {
            ...progressColumns(this.#progress),
            status: 'failed',
            rowsLoaded: 0n,
            finishedAt: new Date(),
            error: known ?? INTERNAL,
          },
    })
    if (!again && count > 0) await chunks.remove(id, 'upload')
    if (known === undefined) throw error
  }
}
