import type { RowBatch } from './row-batch.ts'
import { ROW_PROBLEM } from './row-problems.ts'

/** A chunk is parsed in pieces of this many bytes. */
export const PIECE_BYTES = 65_536

/** Where the bytes read so far end, relative to a cell. */
export const AT = { cell: 0, plain: 1, quoted: 2, closed: 3 } as const

/**
 * The parser's state: the bytes since the start of the unfinished row, and what is known about
 * that row.
 */
export class ReadState {
  bytes: Buffer = Buffer.allocUnsafeSlow(4 * PIECE_BYTES)
  /** How many bytes are filled, and how many were read. */
  end = 0
  position = 0
  /** The current line number. */
  line = 1
  /** The unfinished row: its start, its line, the index of its first cell, and its problem. */
  rowStart = 0
  rowLine = 1
  rowCell = 0
  problem: number = ROW_PROBLEM.none
  /** The number of cells in the batch, including those of the unfinished row. */
  cells = 0
  /** The unfinished cell, and its position as in {@link AT}. */
  at: number = AT.cell
  cellStart = 0
  cellEnd = 0
  cellFlags = 0
  /** How many byte order marks were skipped. */
  marks = 0

  constructor(
    readonly batch: RowBatch,
    private readonly maxRowBytes: number,
  ) {}

  /** Appends bytes after the unfinished row, which is moved to the front. */
  append(piece: Uint8Array): void {
    if (this.rowStart > 0) this.#moveToFront()
    const length = this.end + piece.length
    if (length > this.bytes.length) {
      const maxBytes = this.maxRowBytes + 2 * PIECE_BYTES
      const larger = Buffer.allocUnsafeSlow(
        Math.max(length, Math.min(2 * this.bytes.length, maxBytes)),
      )
      this.bytes.copy(larger, 0, 0, this.end)
      this.bytes = larger
    }
    this.bytes.set(piece, this.end)
    this.end = length
  }

  #moveToFront(): void {
    const start = this.rowStart
    this.bytes.copyWithin(0, start, this.end)
    const { cellStart, cellEnd } = this.batch
    for (let cell = 0; cell < this.cells; cell += 1) {
      cellStart[cell] = (cellStart[cell] as number) - start
      cellEnd[cell] = (cellEnd[cell] as number) - start
    }
    this.rowStart = 0
    this.end -= start
    this.position -= start
    this.cellStart -= start
    this.cellEnd -= start
    this.batch.offset += start
  }

  /** Ends a row at `end`; the next one begins at `next`, on the current line. */
  finishRow(end: number, next: number, cells: number, problem: number): void {
    const { batch } = this
    const row = batch.rows
    batch.firstCell[row] = this.rowCell
    batch.rowStart[row] = this.rowStart
    batch.rowEnd[row] = end
    batch.line[row] = this.rowLine
    batch.problems[row] = problem
    if (problem !== ROW_PROBLEM.none) batch.anyProblem = true
    batch.rows = row + 1
    this.rowCell = cells
    this.rowStart = next
    this.rowLine = this.line
  }

  /** Empties the batch; the cells of the unfinished row are moved to the front. */
  emptyBatch(): void {
    const { batch } = this
    batch.rows = 0
    batch.anyProblem = false
    batch.cellStart.copyWithin(0, this.rowCell, this.cells)
    batch.cellEnd.copyWithin(0, this.rowCell, this.cells)
    batch.cellFlags.copyWithin(0, this.rowCell, this.cells)
    this.cells -= this.rowCell
    this.rowCell = 0
  }
}
