import { CELL, RowBatch } from './batch.ts'
import { CsvError } from './errors.ts'
import { byteOf, createUnescape, type Format, STANDARD } from './format.ts'
import { endsInHalf, findLineEnd, lineEndBytes } from './lines.ts'
import { ROW_PROBLEM } from './problems.ts'

export interface ParserOptions extends Partial<Format> {
  /** Lines to leave out at the start, whatever they hold. They count as lines. */
  readonly skipLines?: number
  /** Whether lines with nothing on them are no rows; true by default. A file of one column may want them. */
  readonly skipEmptyLines?: boolean
  /** The longest row, in bytes without its line end; 16 MiB by default. */
  readonly maxRowBytes?: number
  /** The most cells a row may have; 1,600 by default, as many columns as a table of PostgreSQL. */
  readonly maxColumns?: number
}

const LF = 0x0a
const CR = 0x0d
const BACKSLASH = 0x5c
const NONE = -1
/** A chunk is read in pieces of this many bytes. */
const PIECE = 65_536
/** One batch comes of at most this many: a piece, and what had to wait for it. */
const BATCH_BYTES = PIECE + 2
/** What is kept of a line that is too long. */
const FRONT_BYTES = 65_536
/** Each unclosed quote lets up to the longest row be read again: no file may do so more often. */
const MOST_UNCLOSED = 100

/** Where in a cell the bytes read so far end. */
const AT = { cell: 0, plain: 1, quoted: 2, closed: 3 } as const

/** A table of the bytes at which a scan stops. */
function stopsAt(...bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256)
  for (const byte of bytes) if (byte !== NONE) table[byte] = 1
  return table
}

/**
 * Reads CSV in UTF-8 from chunks that are cut anywhere. A quote opens a cell only as its first byte and
 * is a character elsewhere. Rows come as they are, however many cells they have; what is wrong with one is
 * its problem alone. Memory is bounded by the longest row allowed.
 *
 * @example for (const batch of parser.push(chunk)) use(batch) // and in the end parser.end()
 */
export class CsvParser {
  readonly #batch: RowBatch
  readonly #delimiter: number
  readonly #quote: number
  readonly #backslash: number
  readonly #lineEnd: Format['lineEnd']
  readonly #plainStops: Uint8Array
  readonly #quotedStops: Uint8Array
  readonly #skipEmptyLines: boolean
  readonly #maxRowBytes: number
  readonly #maxColumns: number

  #bytes: Buffer = Buffer.allocUnsafeSlow(4 * PIECE)
  /** How far the bytes are filled and read. */
  #end = 0
  #position = 0
  #at: number = AT.cell
  #skipLines: number
  /** The number of the line read now. */
  #line = 1
  /** The unfinished row: where it begins, its line, and the index of its first cell. */
  #rowStart = 0
  #rowLine = 1
  #rowCell = 0
  #cells = 0
  #problem = 0
  /** The unfinished cell. */
  #cellStart = 0
  #cellEnd = 0
  #cellFlags = 0
  #unclosed = 0
  #failure: CsvError | undefined

  /** @throws CsvError `invalid_dialect` */
  constructor(options: ParserOptions = {}) {
    const format = { ...STANDARD, ...options }
    const { delimiter, quote, lineEnd } = format
    this.#delimiter = byteOf('delimiter', delimiter)
    this.#quote = quote === null ? NONE : byteOf('quote', quote)
    if (delimiter === quote) {
      throw new CsvError('invalid_dialect', 'The delimiter and the quote are the same.')
    }
    this.#backslash = format.escape === 'backslash' ? BACKSLASH : NONE
    this.#lineEnd = lineEnd
    const lf = lineEnd === 'any' || lineEnd === 'lf' ? LF : NONE
    const cr = lineEnd === 'lf' ? NONE : CR
    this.#plainStops = stopsAt(this.#delimiter, lf, cr)
    this.#quotedStops = stopsAt(this.#quote, this.#backslash, LF, CR)
    this.#skipLines = options.skipLines ?? 0
    this.#skipEmptyLines = options.skipEmptyLines ?? true
    this.#maxRowBytes = options.maxRowBytes ?? 16 * 1024 * 1024
    this.#maxColumns = options.maxColumns ?? 1_600
    this.#batch = new RowBatch(
      BATCH_BYTES + 2,
      BATCH_BYTES + this.#maxColumns + 2,
      createUnescape(format),
    )
  }

  /**
   * Reads a chunk. The rows before an error come first.
   *
   * @throws CsvError `quote_not_closed` when that is so of more than 100 rows: the file is written otherwise
   */
  *push(chunk: Uint8Array): Generator<RowBatch, void> {
    for (let from = 0; from < chunk.length; from += PIECE) {
      this.#append(chunk.subarray(from, from + PIECE))
      yield* this.#read(false)
    }
  }

  /** Reads what is left when nothing follows. @throws CsvError as `push` does */
  *end(): Generator<RowBatch, void> {
    yield* this.#read(true)
  }

  *#read(final: boolean): Generator<RowBatch, void> {
    const batch = this.#batch
    for (let more = true; more; ) {
      if (this.#failure) throw this.#failure
      batch.rows = 0
      batch.anyProblem = false
      more = this.#readBatch(final)
      if (batch.rows === 0) continue
      batch.bytes = this.#bytes
      batch.firstCell[batch.rows] = this.#rowCell
      yield batch
      this.#keepUnfinished()
    }
  }

  /** @returns whether there is more to read before bytes have to be added */
  #readBatch(final: boolean): boolean {
    if (this.#skipLines > 0) this.#skip(final)
    if (this.#skipLines > 0) return false
    const end = Math.min(this.#end, this.#position + BATCH_BYTES)
    const last = end === this.#end
    this.#scan(end, final && last)
    if (this.#position - this.#rowStart > this.#maxRowBytes) this.#giveUpLongRow()
    else if (this.#at === AT.quoted && final && last) this.#giveUpQuote(this.#end)
    else return !last
    return true
  }

  /** Moves the unfinished row's cells to the front. */
  #keepUnfinished(): void {
    const { cellStart, cellEnd, cellFlags } = this.#batch
    cellStart.copyWithin(0, this.#rowCell, this.#cells)
    cellEnd.copyWithin(0, this.#rowCell, this.#cells)
    cellFlags.copyWithin(0, this.#rowCell, this.#cells)
    this.#cells -= this.#rowCell
    this.#rowCell = 0
  }

  /** Adds bytes behind those of the unfinished row, which move to the front. */
  #append(piece: Uint8Array): void {
    const start = this.#rowStart
    if (start > 0) {
      this.#bytes.copyWithin(0, start, this.#end)
      const { cellStart, cellEnd } = this.#batch
      for (let cell = 0; cell < this.#cells; cell += 1) {
        cellStart[cell] = (cellStart[cell] as number) - start
        cellEnd[cell] = (cellEnd[cell] as number) - start
      }
      this.#rowStart = 0
      this.#end -= start
      this.#position -= start
      this.#cellStart -= start
      this.#cellEnd -= start
      this.#batch.offset += start
    }
    const length = this.#end + piece.length
    if (length > this.#bytes.length) {
      const most = this.#maxRowBytes + 2 * PIECE
      const larger = Buffer.allocUnsafeSlow(
        Math.max(length, Math.min(2 * this.#bytes.length, most)),
      )
      this.#bytes.copy(larger, 0, 0, this.#end)
      this.#bytes = larger
    }
    this.#bytes.set(piece, this.#end)
    this.#end = length
  }

  /** Leaves out lines, or what is left of one, as far as the bytes go. */
  #skip(final: boolean): void {
    const bytes = this.#bytes.subarray(0, this.#end)
    const to = final || !endsInHalf(bytes, this.#lineEnd) ? this.#end : this.#end - 1
    while (this.#skipLines > 0 && this.#position < to) {
      const at = findLineEnd(bytes, this.#position, to, this.#lineEnd)
      this.#position = at === NONE ? to : at + lineEndBytes(bytes, at, this.#lineEnd)
      if (at === NONE) break
      this.#skipLines -= 1
      this.#line += 1
    }
    this.#rowStart = this.#position
    this.#rowLine = this.#line
  }

  /** Finds the ends of cells and rows, up to `end` or to where more bytes have to be known. */
  #scan(end: number, final: boolean): void {
    const bytes = this.#bytes
    const quote = this.#quote
    const delimiter = this.#delimiter
    const backslash = this.#backslash
    const lineEnd = this.#lineEnd
    const plainStops = this.#plainStops
    const quotedStops = this.#quotedStops
    const maxRowBytes = this.#maxRowBytes
    const maxColumns = this.#maxColumns
    const { cellStart: starts, cellEnd: ends, cellFlags: allFlags } = this.#batch
    let position = this.#position
    let at = this.#at
    let cellStart = this.#cellStart
    let cellEnd = this.#cellEnd
    let flags = this.#cellFlags
    let cells = this.#cells
    let problem = this.#problem

    for (;;) {
      if (at === AT.cell) {
        if (position >= end && !(final && cells > this.#rowCell)) break
        flags = 0
        cellStart = position
        at = AT.plain
        if (position < end && bytes[position] === quote) {
          position += 1
          cellStart = position
          flags = CELL.quoted
          at = AT.quoted
        }
      }
      if (at === AT.quoted) {
        while (position < end && quotedStops[bytes[position] as number] === 0) position += 1
        if (position >= end) break
        const byte = bytes[position] as number
        if (byte === LF || byte === CR) {
          if (byte === CR || bytes[position - 1] !== CR) this.#line += 1
          position += 1
          continue
        }
        if (position + 1 >= end && !final) break
        const next = position + 1 < end ? bytes[position + 1] : NONE
        if (next === quote || (byte === backslash && next === BACKSLASH)) {
          flags |= CELL.escaped
          position += 2
          continue
        }
        if (byte !== quote) {
          position += 1
          continue
        }
        cellEnd = position
        position += 1
        at = AT.closed
      }
      if (at === AT.closed) {
        if (position >= end && !final) break
        if (position < end && plainStops[bytes[position] as number] === 0) {
          cellStart -= 1
          flags = CELL.malformed
          at = AT.plain
          problem ||= ROW_PROBLEM.malformedQuote
        }
      }
      if (at === AT.plain) {
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
          // No line end in this file: a character of the cell.
          if (at === AT.closed) {
            cellStart -= 1
            flags = CELL.malformed
            at = AT.plain
            problem ||= ROW_PROBLEM.malformedQuote
          }
          position += 1
          continue
        }
        if (pair && lineEnd !== 'cr') width = 2
      }
      if (position - this.#rowStart > maxRowBytes) break
      if (cells - this.#rowCell < maxColumns) {
        starts[cells] = cellStart
        ends[cells] = cellEnd
        allFlags[cells] = flags
        cells += 1
      } else {
        problem = ROW_PROBLEM.tooManyColumns
      }
      at = AT.cell
      if (byte === delimiter) {
        position += 1
        continue
      }
      position = Math.min(position + width, end)
      const empty =
        cells - this.#rowCell === 1 && flags === 0 && cellStart === cellEnd && problem === 0
      if (empty && this.#skipEmptyLines) {
        cells -= 1
        this.#line += 1
        this.#rowStart = position
        this.#rowLine = this.#line
      } else {
        this.#line += 1
        this.#finishRow(position, position, cells, problem)
        problem = ROW_PROBLEM.none
      }
    }

    this.#position = position
    this.#at = at
    this.#cellStart = cellStart
    this.#cellEnd = cellEnd
    this.#cellFlags = flags
    this.#cells = cells
    this.#problem = problem
  }

  /** Takes a row up to `end`; the next one begins at `next`, on the line that is counted now. */
  #finishRow(end: number, next: number, cells: number, problem: number): void {
    const batch = this.#batch
    const row = batch.rows
    batch.firstCell[row] = this.#rowCell
    batch.rowStart[row] = this.#rowStart
    batch.rowEnd[row] = end
    batch.line[row] = this.#rowLine
    batch.problems[row] = problem
    if (problem !== ROW_PROBLEM.none) batch.anyProblem = true
    batch.rows = row + 1
    this.#rowCell = cells
    this.#rowStart = next
    this.#rowLine = this.#line
  }

  /**
   * Ends a row that is longer than allowed. Where its line is shorter, a quote has swallowed those below.
   * Which bytes are there already makes no difference.
   */
  #giveUpLongRow(): void {
    const longest = this.#rowStart + this.#maxRowBytes
    if (findLineEnd(this.#bytes, this.#rowStart, longest, this.#lineEnd) !== NONE) {
      this.#giveUpQuote(longest)
      return
    }
    let end = this.#rowStart + Math.min(this.#maxRowBytes, FRONT_BYTES)
    while (end > this.#rowStart && ((this.#bytes[end] as number) & 0xc0) === 0x80) end -= 1
    this.#line = this.#rowLine
    this.#skipLines = 1
    this.#finishFront(end, end, end, ROW_PROBLEM.rowTooLong)
  }

  /** Ends a row with an unclosed quote at its first line end, which begins before `to`. */
  #giveUpQuote(to: number): void {
    this.#unclosed += 1
    if (this.#unclosed > MOST_UNCLOSED) {
      const message = `More than ${MOST_UNCLOSED} quotes are opened and never closed.`
      this.#failure = new CsvError('quote_not_closed', message, this.#rowLine)
      return
    }
    const bytes = this.#bytes.subarray(0, this.#end)
    const at = findLineEnd(bytes, this.#rowStart, to, this.#lineEnd)
    const end = at === NONE ? this.#end : at
    const next = at === NONE ? this.#end : at + lineEndBytes(bytes, at, this.#lineEnd)
    this.#line = this.#rowLine + 1
    this.#finishFront(end, next, next, ROW_PROBLEM.quoteNotClosed)
  }

  /** Takes the front of the unfinished row as a row, and goes on reading at `next`. */
  #finishFront(lastCellEnd: number, rowEnd: number, next: number, problem: number): void {
    const { cellStart, cellEnd, cellFlags } = this.#batch
    if (this.#at !== AT.cell && this.#cells - this.#rowCell < this.#maxColumns) {
      cellStart[this.#cells] = this.#cellStart
      cellEnd[this.#cells] = this.#end + 1
      cellFlags[this.#cells] = this.#cellFlags
      this.#cells += 1
    }
    let cells = this.#rowCell
    while (cells < this.#cells && (cellEnd[cells] as number) <= lastCellEnd) cells += 1
    if (cells < this.#cells) {
      const quoted = ((cellFlags[cells] as number) & CELL.quoted) !== 0
      const start = (cellStart[cells] as number) - (quoted ? 1 : 0)
      cellStart[cells] = start
      cellEnd[cells] = lastCellEnd
      cellFlags[cells] = CELL.malformed
      if (start <= lastCellEnd) cells += 1
    }
    this.#finishRow(rowEnd, next, cells, problem)
    this.#cells = cells
    this.#position = next
    this.#at = AT.cell
    this.#problem = ROW_PROBLEM.none
  }
}
