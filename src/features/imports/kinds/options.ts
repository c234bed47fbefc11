import type { GivenDialect } from '../../../csv/detect/dialect.ts'
import type { NumberFormat } from '../../../csv/types/number-format.ts'

/** What is asked of an import besides its kind and name. Stored with it as JSON. */
export interface ImportOptions {
  /** Everything is checked and counted, and nothing stored. */
  readonly dryRun: boolean
  /** `abort` ends the import with the first row that is refused. */
  readonly onError: 'skip' | 'abort'
  /** The import fails when more rows than this are refused; null for any number. */
  readonly maxErrors: number | null
  readonly types: 'infer' | 'text'
  readonly ragged: 'reject' | 'pad'
  /** What becomes of a dataset of the same name. */
  readonly ifExists: 'fail' | 'replace'
  /** What is given of how the file is written. */
  readonly dialect: GivenDialect
  /** Words that stand for nothing; null for the usual ones. */
  readonly nulls: readonly string[] | null
  readonly numbers: NumberFormat
  /** Columns, by the file's names or the new ones, that a row must fill. */
  readonly critical: readonly string[]
  /** What stands in where a column is null. */
  readonly defaults: Readonly<Record<string, string>>
  /** Columns that tell rows apart; a generated number does where there are none. */
  readonly primaryKey: readonly string[]
  /** The file's column name -> the new one. */
  readonly rename: Readonly<Record<string, string>>
}
