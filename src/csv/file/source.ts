/** A decompressed file; `open` starts from the beginning each time. */
export interface ByteSource {
  open(): AsyncIterable<Buffer>
}

/** A row that is not loaded. */
export interface RefusedRow {
  /** The line on which it begins, counted from 1. */
  readonly line: number
  /** The column's name or number; '' if the error concerns the whole row. */
  readonly column: string
  readonly code: string
  /** One plain sentence without the cell's content. */
  readonly reason: string
  /** The row's cells, unchanged. */
  readonly cells: readonly string[]
}

/** Receives refused rows in file order. */
export interface RejectSink {
  /** Called once with the column names, before any row. */
  header(names: readonly string[]): void
  /**
   * Counts and writes a row without waiting; `settle` waits.
   *
   * @throws when too many rows were refused
   */
  refuse(row: RefusedRow): void
  /** Waits until enough refused rows are stored to keep memory small. */
  settle(): Promise<void>
}

/** The columns that precede the cells in a file of rejects. */
export const REJECT_COLUMNS: readonly string[] = [
  'reject_line',
  'reject_column',
  'reject_code',
  'reject_reason',
]
