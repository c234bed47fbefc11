import { FileError } from '../../../csv/errors.ts'
import type { FileDialect } from '../../../csv/file/row-file.ts'
import type { ByteSource, RejectSink } from '../../../csv/file/source.ts'
import type { LoadConnection } from '../../../database/copy-in.ts'
import type { Column, Role } from '../../../generated/schemas.ts'
import type { ImportOptions } from './options.ts'

/** What the rows of a file become. */
export type ImportKind = 'dataset' | 'users' | 'transactions'

/** Why an import as a whole fails. */
export class ImportError extends FileError {
  override readonly name = 'ImportError'
}

/** What is counted while an import runs. */
export interface RowCounts {
  readonly read: number
  readonly loaded: number
  readonly skipped: number
}

/** What a loader is given. */
export interface LoadJob {
  readonly id: bigint
  readonly name: string
  /** The account that asked, with the role it has now. */
  readonly account: { readonly id: number; readonly role: Role }
  readonly requestId: string
  readonly options: ImportOptions
  readonly source: ByteSource
  /** In the transaction of the import. The loader neither commits nor rolls back; it may `restart`. */
  readonly connection: LoadConnection
  readonly rejects: RejectSink
  /** What was known of the file so far goes into the record. */
  found(known: { readonly dialect?: FileDialect; readonly columns?: readonly Column[] }): void
  /** Called often; cheap. */
  count(counts: RowCounts): void
  /** Set when the import was cancelled: `signal.throwIfAborted()` at every batch. */
  readonly signal: AbortSignal
  /** A line in the log of the import. Never content of the file. */
  say(text: string, figures?: Readonly<Record<string, number | string>>): void
  /** Rejects of an earlier attempt of this loader are forgotten, and counts begin anew. */
  startOver(): Promise<void>
}

/** What a load came to. */
export interface LoadResult {
  readonly dialect: FileDialect
  readonly columns: readonly Column[]
  readonly counts: RowCounts
}

/**
 * Loads a file.
 *
 * @throws ImportError when it cannot be loaded at all
 */
export type Loader = (job: LoadJob) => Promise<LoadResult>
