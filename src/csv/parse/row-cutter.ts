import { CsvError } from '../errors.ts'
import type { LineEnd } from './format.ts'
import { findLineEnd, lineEndBytes } from './line-ends.ts'
import { AT, type ReadState } from './read-state.ts'
import { CELL } from './row-cells.ts'
import { ROW_PROBLEM } from './row-problems.ts'

/** How much of an overlong line is kept. */
const MAX_KEPT_BYTES = 65_536
/** Each unclosed quote makes the parser read up to the longest row again, so bound how often. */
const MAX_UNCLOSED = 100

export interface RowLimits {
  readonly lineEnd: LineEnd
  readonly maxRowBytes: number
  readonly maxColumns: number
}

/** Ends rows that do not end within the limits. */
export class RowCutter {
  #unclosed = 0

  constructor(
    private readonly state: ReadState,
    private readonly limits: RowLimits,
  ) {}

  /**
   * Ends an overlong row. If its first line is short enough, an unclosed quote has swallowed the
   * lines below. The result does not depend on how many bytes have arrived.
   *
   * @returns whether to skip the rest of its line
   */
  cutLongRow(): boolean {
    const { state } = this
    const { lineEnd, maxRowBytes } = this.limits
    const maxEnd = state.rowStart + maxRowBytes
    if (findLineEnd(state.bytes, state.rowStart, maxEnd, lineEnd) !== -1) {
      this.cutQuote(maxEnd)
      return false
    }
    let end = state.rowStart + Math.min(maxRowBytes, MAX_KEPT_BYTES)
    while (end > state.rowStart && ((state.bytes[end] as number) & 0xc0) === 0x80) end -= 1
    state.line = state.rowLine
    this.#finishFront(end, end, end, ROW_PROBLEM.rowTooLong)
    return true
  }

  /**
   * Ends a row with an unclosed quote at its first line end, which begins before `to`.
   *
   * @throws CsvError `quote_not_closed` after too many of them
   */
  cutQuote(to: number): void {
    const { state } = this
    this.#unclosed += 1
    if (this.#unclosed > MAX_UNCLOSED) {
      const message = `More than ${MAX_UNCLOSED} quotes are opened and never closed.`
      throw new CsvError('quote_not_closed', message, state.rowLine)
    }
    const { lineEnd } = this.limits
    const bytes = state.bytes.subarray(0, state.end)
    const at = findLineEnd(bytes, state.rowStart, to, lineEnd)
    const end = at === -1 ? state.end : at
    const next = at === -1 ? state.end : at + lineEndBytes(bytes, at, lineEnd)
    state.line = state.rowLine + 1
    this.#finishFront(end, next, next, ROW_PROBLEM.quoteNotClosed)
  }

  /** Ends the unfinished row early; parsing continues at `next`. */
  #finishFront(lastCellEnd: number, rowEnd: number, next: number, problem: number): void {
    const { state } = this
    const { cellStart, cellEnd, cellFlags } = state.batch
    if (state.at !== AT.cell && state.cells - state.rowCell < this.limits.maxColumns) {
      cellStart[state.cells] = state.cellStart
      cellEnd[state.cells] = state.end + 1
      cellFlags[state.cells] = state.cellFlags
      state.cells += 1
    }
    let cells = state.rowCell
    while (cells < state.cells && (cellEnd[cells] as number) <= lastCellEnd) cells += 1
    if (cells < state.cells) {
      const quoted = ((cellFlags[cells] as number) & CELL.quoted) !== 0
      const start = (cellStart[cells] as number) - (quoted ? 1 : 0)
      cellStart[cells] = start
      cellEnd[cells] = lastCellEnd
      cellFlags[cells] = CELL.malformed
      if (start <= lastCellEnd) cells += 1
    }
    state.finishRow(rowEnd, next, cells, problem)
    state.cells = cells
    state.position = next
    state.at = AT.cell
    state.problem = ROW_PROBLEM.none
  }
}
