import { CsvError } from '../errors.ts'
import type { LineEnd } from './format.ts'
import { findLineEnd, lineEndBytes } from './line-ends.ts'
import { AT, type ReadState } from './read-state.ts'
import { CELL } from './row-batch.ts'
import { ROW_PROBLEM } from './row-problems.ts'

/** What is kept of a line that is too long. */
const FRONT_BYTES = 65_536
/** Each unclosed quote lets up to the longest row be read again: no file may do so more often. */
const MAX_UNCLOSED = 100

export interface RowLimits {
  readonly lineEnd: LineEnd
  readonly maxRowBytes: number
  readonly maxColumns: number
}

/** Ends rows that have no end of their own within what is allowed. */
export class RowCutter {
  #unclosed = 0

  constructor(
    private readonly state: ReadState,
    private readonly limits: RowLimits,
  ) {}

  /**
   * Ends a row that is longer than allowed. Where its line is shorter, a quote has swallowed those below.
   * How many bytes are there already makes no difference.
   *
   * @returns whether the rest of its line is to be left out
   */
  cutLongRow(): boolean {
    const { state } = this
    const { lineEnd, maxRowBytes } = this.limits
    const longest = state.rowStart + maxRowBytes
    if (findLineEnd(state.bytes, state.rowStart, longest, lineEnd) !== -1) {
      this.cutQuote(longest)
      return false
    }
    let end = state.rowStart + Math.min(maxRowBytes, FRONT_BYTES)
    while (end > state.rowStart && ((state.bytes[end] as number) & 0xc0) === 0x80) end -= 1
    state.line = state.rowLine
    this.#finishFront(end, end, end, ROW_PROBLEM.rowTooLong)
    return true
  }

  /**
   * Ends a row with an unclosed quote at its first line end, which begins before `to`.
   *
   * @throws CsvError `quote_not_closed` when there were too many of them
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

  /** Takes the front of the unfinished row as a row; reading goes on at `next`. */
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
