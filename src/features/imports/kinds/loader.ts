import { FileError } from '../../../csv/errors.ts'
import type { FileDialect } from '../../../csv/file/row-file.ts'
import type { ByteSource, RejectSink } from '../../../csv/file/source.ts'
import type { LoadConnection } from '../../../database/copy-in.ts'
import type { Column, Role } from '../../../generated/schemas.ts'
import type { ImportOptions } from './options.ts'

/** What the rows of a file become. */
export type ImportKind = 'dataset' | 'users' | 'transactions'

/** The reason why a whole import fails. */
export class ImportError extends FileError {
  override readonly name = 'ImportError'
}

/** The row counts of a running import. */
export interface RowCounts {
  readonly read: number
  readonly loaded: number
  readonly skipped: number
}

/** What reading a file needs. */
export interface ReadContext {
  readonly options: ImportOptions
  readonly source: ByteSource
  readonly rejects: RejectSink
  /** Aborted when the import is cancelled. Call `signal.throwIfAborted()` for each batch. */
  readonly signal: AbortSignal
}

/** What a loader needs to load a file: input, output and callbacks. */
export interface LoadContext extends ReadContext {
  readonly id: bigint
  readonly name: string
  /** The account that owns the import, with the role it has now. */
  readonly account: { readonly id: number; readonly role: Role }
  readonly requestId: string
  /**
   * Within the import's database transaction. The loader never commits or rolls back; it may
   * `restart`.
   */
  readonly connection: LoadConnection
  /** Writes dialect and columns into the import's record, as soon as they are known. */
  report(file: { readonly dialect?: FileDialect; readonly columns?: readonly Column[] }): void
  /** Reports the counts. It is cheap, so call it for each batch. */
  count(counts: RowCounts): void
  /** Writes a line into the import's log. Never pass content of the file. */
  log(text: string, figures?: Readonly<Record<string, number | string>>): void
  /** Deletes all rejects so far. A loader calls this before it reads the file again. */
  startOver(): Promise<void>
}

/** Discards refused rows, in a pass that only looks: the pass that loads the file reports them. */
export const DISCARD_REJECTS: RejectSink = {
  header: () => undefined,
  refuse: () => undefined,
  settle: async () => undefined,
}

/** The result of a load. */
export interface LoadResult {
  readonly dialect: FileDialect
  readonly columns: readonly Column[]
  readonly counts: RowCounts
  /** Of transactions: how many of each type were loaded. */
  readonly loadedByType?: Readonly<Record<'credit' | 'debit', number>>
}

/** What a file would become, by its beginning. */
export interface PreviewResult {
  readonly dialect: FileDialect
  readonly columns: readonly Column[]
  /** The first rows as they would be stored: a text for each column, or null. */
  readonly rows: readonly Readonly<Record<string, string | null>>[]
  /** Rows of the table, including refused ones. */
  readonly read: number
}

/** At most as many rows are shown. */
export const MAX_PREVIEW_ROWS = 20

/**
 * Reads a file and shows what it would become. It stores nothing, and needs no database.
 *
 * @throws ImportError when it cannot be loaded at all
 */
export type Previewer = (context: ReadContext) => Promise<PreviewResult>

/**
 * Loads a file.
 *
 * @throws ImportError when it cannot be loaded at all
 */
export type Loader = (context: LoadContext) => Promise<LoadResult>
