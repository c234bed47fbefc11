import type { Dialect } from '../detect/dialect.ts'
import type { Listed } from './listing.ts'

/** The file's dialect, with counts that are complete once the whole file was read. */
export interface FileDialect extends Dialect {
  /** Bytes that were not valid UTF-8 and were read as Windows-1252. */
  readonly mendedBytes: number
  /** How often the header is repeated. */
  readonly repeatedHeaders: number
  /** Byte order marks at the start of rows, as concatenated files have them. They are skipped. */
  readonly marks: number
  /** The lines that are neither loaded nor refused. */
  readonly listed: {
    readonly preamble: Listed
    readonly footer: Listed
    readonly repeatedHeaders: Listed
    readonly blankRows: Listed
  }
}
