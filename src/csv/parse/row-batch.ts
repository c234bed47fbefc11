import { RowCells } from './row-cells.ts'
import { type RowProblem, rowProblem } from './row-problems.ts'

/**
 * Complete rows of a file, as offsets into its bytes. The parser reuses the batch: copy what you still
 * need before requesting the next one.
 */
export class RowBatch extends RowCells {
  /** The position of `bytes` in the file, in bytes of UTF-8. */
  offset = 0
  rows = 0
  readonly rowStart: Int32Array
  /** The index after the row's line end. */
  readonly rowEnd: Int32Array
  /** The problem of each row as a number of `ROW_PROBLEM`; 0 means none. */
  readonly problems: Uint8Array
  /** Whether any row has a problem. */
  anyProblem = false

  constructor(maxRows: number, maxCells: number, withoutEscapes: (text: string) => string) {
    super(
      {
        bytes: Buffer.alloc(0),
        firstCell: new Int32Array(maxRows + 1),
        line: new Float64Array(maxRows),
        cellStart: new Int32Array(maxCells),
        cellEnd: new Int32Array(maxCells),
        cellFlags: new Uint8Array(maxCells),
      },
      withoutEscapes,
    )
    this.rowStart = new Int32Array(maxRows)
    this.rowEnd = new Int32Array(maxRows)
    this.problems = new Uint8Array(maxRows)
  }

  /** A row's raw bytes, including its line end. */
  raw(row: number): Buffer {
    return this.bytes.subarray(this.rowStart[row], this.rowEnd[row])
  }

  /** What is malformed about a row, if anything. */
  problem(row: number): RowProblem | undefined {
    return rowProblem(this.problems[row] as number)
  }

  /** The cells of all rows, in memory of their own. */
  copy(): RowCells {
    const cells = this.firstCell[this.rows]
    return new RowCells(
      {
        bytes: Buffer.from(this.bytes.subarray(0, this.rowEnd[this.rows - 1])),
        firstCell: this.firstCell.slice(0, this.rows + 1),
        line: this.line.slice(0, this.rows),
        cellStart: this.cellStart.slice(0, cells),
        cellEnd: this.cellEnd.slice(0, cells),
        cellFlags: this.cellFlags.slice(0, cells),
      },
      this.withoutEscapes,
    )
  }
}
