import { type RowProblem, rowProblem } from './row-problems.ts'

/** What is so about a cell; bits. */
export const CELL = {
  /** Stood in quotes, which are left out. */
  quoted: 1,
  /** Holds escaped quotes: its text is not its bytes as they stand. */
  escaped: 2,
  /** Goes on behind its closing quote. It stands as it is, quotes included. */
  malformed: 4,
} as const

/**
 * Whole rows of a file, as offsets into its bytes. The parser fills the same batch again and again: what
 * is needed longer has to be copied before the next one is asked for.
 */
export class RowBatch {
  /** What all offsets here point into. */
  bytes: Buffer = Buffer.alloc(0)
  /** Where `bytes` begins in the file, in bytes of UTF-8. */
  offset = 0
  rows = 0
  /** The index of each row's first cell, and one more: where the cells end. */
  readonly firstCell: Int32Array
  readonly rowStart: Int32Array
  /** Behind the row's line end. */
  readonly rowEnd: Int32Array
  /** The line on which each row begins, counted from 1. */
  readonly line: Float64Array
  /** The problem of each row, by its number in `ROW_PROBLEM`; 0 is none. */
  readonly problems: Uint8Array
  /** Whether any row has a problem. */
  anyProblem = false
  readonly cellStart: Int32Array
  readonly cellEnd: Int32Array
  /** Bits of {@link CELL}. */
  readonly cellFlags: Uint8Array

  constructor(
    mostRows: number,
    mostCells: number,
    private readonly withoutEscapes: (text: string) => string,
  ) {
    this.firstCell = new Int32Array(mostRows + 1)
    this.rowStart = new Int32Array(mostRows)
    this.rowEnd = new Int32Array(mostRows)
    this.line = new Float64Array(mostRows)
    this.problems = new Uint8Array(mostRows)
    this.cellStart = new Int32Array(mostCells)
    this.cellEnd = new Int32Array(mostCells)
    this.cellFlags = new Uint8Array(mostCells)
  }

  /** How many cells a row has. */
  width(row: number): number {
    return (this.firstCell[row + 1] as number) - (this.firstCell[row] as number)
  }

  /** The text of a cell, by its index among all cells. */
  text(cell: number): string {
    const text = this.bytes.toString('utf8', this.cellStart[cell], this.cellEnd[cell])
    return (this.cellFlags[cell] as number) & CELL.escaped ? this.withoutEscapes(text) : text
  }

  /** The texts of a row's cells. */
  texts(row: number): string[] {
    const first = this.firstCell[row] as number
    return Array.from({ length: this.width(row) }, (_, index) => this.text(first + index))
  }

  /** A row as it stands, its line end included. */
  raw(row: number): Buffer {
    return this.bytes.subarray(this.rowStart[row], this.rowEnd[row])
  }

  /** Why a row cannot be taken as it is; undefined when it can. */
  problem(row: number): RowProblem | undefined {
    return rowProblem(this.problems[row] as number)
  }
}
