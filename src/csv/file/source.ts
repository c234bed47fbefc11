/** A file, unpacked, from the beginning each time. */
export interface ByteSource {
  open(): AsyncIterable<Buffer>
}

/** A row that is not loaded. */
export interface RefusedRow {
  /** The line on which it begins, counted from 1. */
  readonly line: number
  /** The file's name of the column, or its number; '' when it is of the row as a whole. */
  readonly column: string
  readonly code: string
  /** One plain sentence without the cell's content. */
  readonly reason: string
  /** The cells of the row as they stand. */
  readonly cells: readonly string[]
}

/** Takes refused rows, in the order of the file. */
export interface RejectSink {
  /** The names of the file's columns, once, before any row. */
  header(names: readonly string[]): void
  /**
   * Counts and writes a row. May be called without waiting; `settle` waits.
   *
   * @throws when no more rows may be refused
   */
  refuse(row: RefusedRow): void
  /** Waits until what was refused is stored, as far as memory has to be kept small. */
  settle(): Promise<void>
}

/** What stands in front of the cells of a refused row in the file of rejects. */
export const REJECT_COLUMNS: readonly string[] = [
  'reject_line',
  'reject_column',
  'reject_code',
  'reject_reason',
]
