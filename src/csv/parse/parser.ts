import { CsvError } from '../errors.ts'
import { byteOf, createUnescape, type Format, STANDARD } from './format.ts'
import { endsInHalfLineEnd, findLineEnd, lineEndBytes } from './line-ends.ts'
import { AT, PIECE_BYTES, ReadState } from './read-state.ts'
import { RowBatch } from './row-batch.ts'
import { RowCutter } from './row-cutter.ts'
import { createTables, type ScanTables, scan } from './scan.ts'

export interface ParserOptions extends Partial<Format> {
  /** Lines to skip at the start, whatever they contain. They count as lines. */
  readonly skipLines?: number
  /**
   * Whether empty lines are skipped; true by default. A file of one column may need them as rows.
   */
  readonly skipEmptyLines?: boolean
  /** Whether a byte order mark at the start of a row is skipped, as concatenated files have it. */
  readonly skipMarks?: boolean
  /** The longest row in bytes, without its line end; 16 MiB by default. */
  readonly maxRowBytes?: number
  /** The most cells of a row; 1,600 by default, PostgreSQL's limit of columns per table. */
  readonly maxColumns?: number
}

/** A batch covers at most this many bytes: one piece, and what was carried over to it. */
const BATCH_BYTES = PIECE_BYTES + 2

/**
 * Parses UTF-8 CSV from chunks cut anywhere. A quote opens a cell only as its first byte, and is
 * an ordinary character elsewhere. Rows may have any number of cells; what is wrong with one is
 * reported as its problem. Memory is bounded by the longest allowed row.
 *
 * @example for (const batch of parser.push(chunk)) use(batch) // and in the end parser.end()
 */
export class CsvParser {
  readonly #state: ReadState
  readonly #tables: ScanTables
  readonly #cutter: RowCutter
  readonly #lineEnd: Format['lineEnd']
  readonly #maxRowBytes: number
  #skipLines: number
  #failure: unknown

  /** @throws CsvError `invalid_dialect` */
  constructor(options: ParserOptions = {}) {
    const format = { ...STANDARD, ...options }
    const { lineEnd, skipLines = 0, skipEmptyLines = true, skipMarks = false } = format
    const { maxRowBytes = 16 * 1024 * 1024, maxColumns = 1_600 } = format
    const delimiter = byteOf('delimiter', format.delimiter)
    const quote = format.quote === null ? -1 : byteOf('quote', format.quote)
    if (delimiter === quote) {
      throw new CsvError('invalid_dialect', 'The delimiter and the quote are the same.')
    }
    const maxCells = BATCH_BYTES + maxColumns + 2
    const batch = new RowBatch(BATCH_BYTES + 2, maxCells, createUnescape(format))
    const limits = { lineEnd, maxRowBytes, maxColumns }
    this.#state = new ReadState(batch, maxRowBytes)
    this.#tables = createTables({
      ...limits,
      delimiter,
      quote,
      skipEmptyLines,
      skipMarks,
      padded: format.padded ?? false,
      escape: format.escape,
    })
    this.#cutter = new RowCutter(this.#state, limits)
    this.#lineEnd = lineEnd
    this.#maxRowBytes = maxRowBytes
    this.#skipLines = skipLines
  }

  /**
   * Parses a chunk. Rows before an error are yielded first.
   *
   * @throws CsvError `quote_not_closed` for more than 100 unclosed quotes: the dialect must be
   *   wrong
   */
  *push(chunk: Uint8Array): Generator<RowBatch, void> {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      this.#state.append(chunk.subarray(from, from + PIECE_BYTES))
      yield* this.#read(false)
    }
  }

  /**
   * Parses what is left at the end of the file.
   *
   * @param tail its last bytes, if they were not pushed
   * @throws CsvError like `push`
   */
  *end(tail?: Uint8Array): Generator<RowBatch, void> {
    if (tail !== undefined) this.#state.append(tail)
    yield* this.#read(true)
  }

  /** The number of the line at which parsing continues. */
  get line(): number {
    return this.#state.line
  }

  /** How many byte order marks at the start of rows were skipped. */
  get marks(): number {
    return this.#state.marks
  }

  *#read(final: boolean): Generator<RowBatch, void> {
    const state = this.#state
    const { batch } = state
    for (let more = true; more; ) {
      if (this.#failure) throw this.#failure
      more = this.#fillBatch(final)
      if (batch.rows === 0) continue
      batch.bytes = state.bytes
      batch.firstCell[batch.rows] = state.rowCell
      yield batch
      state.emptyBatch()
    }
  }

  /** @returns whether there is more to parse before new bytes are needed, or an error to throw */
  #fillBatch(final: boolean): boolean {
    const state = this.#state
    if (this.#skipLines > 0) this.#skip(final)
    if (this.#skipLines > 0) return false
    const end = Math.min(state.end, state.position + BATCH_BYTES)
    const last = end === state.end
    scan(state, this.#tables, end, final && last)
    const isLong = state.position - state.rowStart > this.#maxRowBytes
    if (!isLong && !(state.at === AT.quoted && final && last)) return !last
    try {
      if (!isLong) this.#cutter.cutQuote(state.end)
      else if (this.#cutter.cutLongRow()) this.#skipLines = 1
    } catch (error) {
      this.#failure = error
    }
    return true
  }

  /** Skips lines, or the rest of one, as far as the bytes go. */
  #skip(final: boolean): void {
    const state = this.#state
    const bytes = state.bytes.subarray(0, state.end)
    const to = final || !endsInHalfLineEnd(bytes, this.#lineEnd) ? state.end : state.end - 1
    while (this.#skipLines > 0 && state.position < to) {
      const at = findLineEnd(bytes, state.position, to, this.#lineEnd)
      state.position = at === -1 ? to : at + lineEndBytes(bytes, at, this.#lineEnd)
      if (at === -1) break
      this.#skipLines -= 1
      state.line += 1
    }
    state.rowStart = state.position
    state.rowLine = state.line
  }
}
