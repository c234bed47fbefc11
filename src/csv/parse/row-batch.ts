import { type RowProblem, rowProblem } from './row-problems.ts'

/** Flags of a cell. */
export const CELL = {
  /** The cell was quoted; its offsets exclude the quotes. */
  quoted: 1,
  /** The cell contains escaped quotes, so its text differs from its bytes. */
  escaped: 2,
  /** The cell continues after its closing quote; its offsets include the quotes. */
  malformed: 4,
} as const

/**
 * Complete rows of a file, as offsets into its bytes. The parser reuses the batch: copy what you still
 * need before requesting the next one.
 */
export class RowBatch {
  /** The bytes that all offsets refer to. */
  bytes: Buffer = Buffer.alloc(0)
  /** The position of `bytes` in the file, in bytes of UTF-8. */
  offset = 0
  rows = 0
  /** The index of each row's first cell, plus one entry for the end of the last row. */
  readonly firstCell: Int32Array
  readonly rowStart: Int32Array
  /** The index after the row's line end. */
  readonly rowEnd: Int32Array
  /** The line on which each row begins, counted from 1. */
  readonly line: Float64Array
  /** The problem of each row as a number of `ROW_PROBLEM`; 0 means none. */
  readonly problems: Uint8Array
  /** Whether any row has a problem. */
  anyProblem = false
  readonly cellStart: Int32Array
  readonly cellEnd: Int32Array
  /** Bits of {@link CELL}. */
  readonly cellFlags: Uint8Array

  constructor(
    maxRows: number,
    maxCells: number,
    private readonly withoutEscapes: (text: string) => string,
  ) {
    this.firstCell = new Int32Array(maxRows + 1)
    this.rowStart = new Int32Array(maxRows)
    this.rowEnd = new Int32Array(maxRows)
    this.line = new Float64Array(maxRows)
    this.problems = new Uint8Array(maxRows)
    this.cellStart = new Int32Array(maxCells)
    this.cellEnd = new Int32Array(maxCells)
    this.cellFlags = new Uint8Array(maxCells)
  }

  /** The number of cells in a row. */
  width(row: number): number {
    return (this.firstCell[row + 1] as number) - (this.firstCell[row] as number)
  }

  /** The text of a cell, by its index among all cells of the batch. */
  text(cell: number): string {
    const text = this.bytes.toString('utf8', this.cellStart[cell], this.cellEnd[cell])
    return (this.cellFlags[cell] as number) & CELL.escaped ? this.withoutEscapes(text) : text
  }

  texts(row: number): string[] {
    const first = this.firstCell[row] as number
    return Array.from({ length: this.width(row) }, (_, index) => this.text(first + index))
  }

  /** A row's raw bytes, including its line end. */
  raw(row: number): Buffer {
    return this.bytes.subarray(this.rowStart[row], this.rowEnd[row])
  }

  /** What is malformed about a row, if anything. */
  problem(row: number): RowProblem | undefined {
    return rowProblem(this.problems[row] as number)
  }
}
