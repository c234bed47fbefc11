import type { Format } from './format.ts'
import { AT, type ReadState } from './read-state.ts'
import { CELL } from './row-cells.ts'
import { ROW_PROBLEM } from './row-problems.ts'

// Constants of the module itself are some per cent faster to read than imported ones.
const { cell: CELL_START, plain: PLAIN, quoted: QUOTED, closed: CLOSED } = AT
const { quoted: IN_QUOTES, escaped: ESCAPED, malformed: MALFORMED } = CELL
const LF = 0x0a
const CR = 0x0d
const BACKSLASH = 0x5c
const BLANK = 0x20
/** A byte order mark in UTF-8. */
const [MARK, MARK_2, MARK_3] = [0xef, 0xbb, 0xbf]
/** More blanks than this before a quote are a cell's own. */
const MAX_PADDING = 100
const NONE = -1

/** What separates cells and rows, with characters as bytes. */
export interface ScanFormat {
  readonly delimiter: number
  /** -1 if nothing is quoted. */
  readonly quote: number
  readonly escape: Format['escape']
  readonly lineEnd: Format['lineEnd']
  readonly skipEmptyLines: boolean
  readonly skipMarks: boolean
  readonly padded: boolean
  readonly maxRowBytes: number
  readonly maxColumns: number
}

/** A lookup table of the bytes at which the scan stops. */
function stopsAt(...bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256)
  for (const byte of bytes) if (byte !== NONE) table[byte] = 1
  return table
}

/** The scan's parameters, prepared. */
export interface ScanTables extends Omit<ScanFormat, 'escape'> {
  /** -1 if quotes are only doubled. */
  readonly backslash: number
  /** By byte: whether it may end an unquoted cell, and a quoted one. */
  readonly plainStops: Uint8Array
  readonly quotedStops: Uint8Array
}

export function createTables(format: ScanFormat): ScanTables {
  const { delimiter, quote, escape: escaping, lineEnd } = format
  const { skipEmptyLines, skipMarks, padded, maxRowBytes, maxColumns } = format
  const backslash = escaping === 'backslash' ? BACKSLASH : NONE
  const lf = lineEnd === 'any' || lineEnd === 'lf' ? LF : NONE
  const cr = lineEnd === 'lf' ? NONE : CR
  const plainStops = stopsAt(delimiter, lf, cr)
  const quotedStops = stopsAt(quote, backslash, LF, CR)
  // Listed field by field: spreading creates objects of different shapes, and V8 would recompile
  // the scan for each.
  return {
    delimiter,
    quote,
    backslash,
    lineEnd,
    plainStops,
    quotedStops,
    skipEmptyLines,
    skipMarks,
    padded,
    maxRowBytes,
    maxColumns,
  }
}

/** The index after the blanks at `at`. */
function afterBlanks(bytes: Uint8Array, at: number, end: number): number {
  const last = Math.min(end, at + MAX_PADDING)
  let next = at
  while (next < last && bytes[next] === BLANK) next += 1
  return next
}

/**
 * Finds the ends of cells and rows. Stops at `end`, where more bytes are needed, or when a row
 * exceeds the limit.
 *
 * @param final whether nothing follows `end`
 */
export function scan(state: ReadState, tables: ScanTables, end: number, final: boolean): void {
  const { delimiter, quote, backslash, lineEnd, plainStops, quotedStops } = tables
  const { skipEmptyLines, skipMarks, padded, maxRowBytes, maxColumns } = tables
  const bytes = state.bytes
  const { cellStart: starts, cellEnd: ends, cellFlags: allFlags } = state.batch
  let position = state.position
  let at = state.at
  let cellStart = state.cellStart
  let cellEnd = state.cellEnd
  let flags = state.cellFlags
  let cells = state.cells
  let problem = state.problem

  for (;;) {
    if (at === CELL_START) {
      if (skipMarks && cells === state.rowCell && position < end && bytes[position] === MARK) {
        const isComplete = position + 2 < end
        if (!isComplete && !final) break
        if (isComplete && bytes[position + 1] === MARK_2 && bytes[position + 2] === MARK_3) {
          position += 3
          state.rowStart = position
          state.marks += 1
          continue
        }
      }
      if (position >= end && !(final && cells > state.rowCell)) break
      flags = 0
      cellStart = position
      if (padded && position < end && bytes[position] === BLANK) {
        const next = afterBlanks(bytes, position, end)
        if (next === end && !final) break
        if (next < end && bytes[next] === quote) position = next
      }
      at = PLAIN
      if (position < end && bytes[position] === quote) {
        position += 1
        cellStart = position
        flags = IN_QUOTES
        at = QUOTED
      }
    }
    if (at === QUOTED) {
      while (position < end && quotedStops[bytes[position] as number] === 0) position += 1
      if (position >= end) break
      const byte = bytes[position] as number
      if (byte === LF || byte === CR) {
        if (byte === CR || bytes[position - 1] !== CR) state.line += 1
        position += 1
        continue
      }
      if (position + 1 >= end && !final) break
      const next = position + 1 < end ? bytes[position + 1] : NONE
      if (next === quote || (byte === backslash && next === BACKSLASH)) {
        flags |= ESCAPED
        position += 2
        continue
      }
      if (byte !== quote) {
        position += 1
        continue
      }
      cellEnd = position
      position += 1
      at = CLOSED
    }
    if (at === CLOSED) {
      while (padded && position < end && bytes[position] === BLANK) position += 1
      if (position >= end && !final) break
      if (position < end && plainStops[bytes[position] as number] === 0) {
        cellStart -= 1
        flags = MALFORMED
        at = PLAIN
        problem ||= ROW_PROBLEM.malformedQuote
      }
    }
    if (at === PLAIN) {
      while (position < end && plainStops[bytes[position] as number] === 0) position += 1
      if (position >= end && !final) break
      cellEnd = position
    }

    const byte = position < end ? (bytes[position] as number) : LF
    let width = 1
    if (byte === CR) {
      if (position + 1 >= end && !final && lineEnd !== 'cr') break
      const pair = position + 1 < end && bytes[position + 1] === LF
      if (lineEnd === 'crlf' && !pair) {
        // Not a line end in this file, but a character of the cell.
        if (at === CLOSED) {
          cellStart -= 1
          flags = MALFORMED
          at = PLAIN
          problem ||= ROW_PROBLEM.malformedQuote
        }
        position += 1
        continue
      }
      if (pair && lineEnd !== 'cr') width = 2
    }
    if (position - state.rowStart > maxRowBytes) break
    if (cells - state.rowCell < maxColumns) {
      starts[cells] = cellStart
      ends[cells] = cellEnd
      allFlags[cells] = flags
      cells += 1
    } else {
      problem = ROW_PROBLEM.tooManyColumns
    }
    at = CELL_START
    if (byte === delimiter) {
      position += 1
      continue
    }
    position = Math.min(position + width, end)
    const empty =
      cells - state.rowCell === 1 && flags === 0 && cellStart === cellEnd && problem === 0
    if (empty && skipEmptyLines) {
      cells -= 1
      state.line += 1
      state.rowStart = position
      state.rowLine = state.line
    } else {
      state.line += 1
      state.finishRow(position, position, cells, problem)
      problem = ROW_PROBLEM.none
    }
  }

  state.position = position
  state.at = at
  state.cellStart = cellStart
  state.cellEnd = cellEnd
  state.cellFlags = flags
  state.cells = cells
  state.problem = problem
}
