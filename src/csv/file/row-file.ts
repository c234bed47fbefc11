import type { Dialect, GivenDialect } from '../detect/dialect.ts'
import type { FoundEncoding } from '../detect/encoding.ts'
import { CsvParser } from '../parse/parser.ts'
import type { RowBatch } from '../parse/row-batch.ts'
import { createBlankTest } from './blank-rows.ts'
import type { FileDialect } from './file-dialect.ts'
import { Footer } from './footer.ts'
import { HeaderRows } from './header.ts'
import { Listing } from './listing.ts'
import { columnNames, type Shape, shapeOf, shortNames, storable } from './shape.ts'
import type { RefusedRow, RejectSink } from './source.ts'
import { findTotals } from './totals.ts'
import type { Utf8Chunks } from './utf8-chunks.ts'
import { createRowCheck, type RowCheck, type Verdict } from './verdict.ts'
import { withoutLastLines } from './without-last-lines.ts'

/** What an earlier pass with the same options found. */
export type EarlierPass = Pick<ReadOptions, 'found' | 'detected'>

/** What the caller specifies about a file instead of having it detected. */
export interface ReadOptions {
  readonly dialect: GivenDialect
  /** `pad` accepts rows with fewer or more cells than there are columns. */
  readonly ragged: 'reject' | 'pad'
  /** `text` keeps all cells as they stand: no row of the table is taken for a total, or for blank. */
  readonly types?: 'infer' | 'text'
  /** How much of the file to detect its dialect from; 256 KiB by default. */
  readonly sampleBytes?: number
  /** The encoding that an earlier pass found. Bytes that do not fit it are mended. */
  readonly found?: FoundEncoding | undefined
  /** The dialect that an earlier pass detected. It is not detected again. */
  readonly detected?: Dialect | undefined
}

export type { FileDialect }

/** Why a row is refused, and for which column. */
export type Refusal = Pick<RefusedRow, 'column' | 'code' | 'reason'>

/** An additional check of well-formed rows. */
export type CheckRow = (batch: RowBatch, row: number) => Refusal | undefined

/** Rows of a file, marked to be loaded or not. The object is reused for the next batch. */
export interface FileBatch {
  readonly batch: RowBatch
  /** By row: 1 to load it; 0 if it is refused, or not a row of the table. */
  readonly fine: Uint8Array
  /** Whether every row is to be loaded. */
  readonly allFine: boolean
}

/** Totals are looked for in as many last bytes. */
const TAIL_BYTES = 8_192
const NO_ROWS: ReadonlySet<number> = new Set()

/** Reads a file once, batch by batch. Rows that do not fit the table are refused. */
export class RowFile {
  /** The column names in the file, unchanged; null where there is none. */
  readonly columns: readonly (string | null)[]
  /** The names in the first header row, if they tell the columns apart without those below. */
  readonly shortNames: readonly (string | null)[]
  /** How many leading cells do not belong to the table. */
  readonly skippedCells: number
  readonly #shape: Shape
  readonly #check: (batch: RowBatch) => RowCheck
  readonly #header: HeaderRows
  readonly #footer: Footer
  readonly #parser: CsvParser
  readonly #isBlankRow: ReturnType<typeof createBlankTest>
  readonly #names: readonly string[]
  readonly #listed = {
    preamble: new Listing(),
    footer: new Listing(),
    repeatedHeaders: new Listing(),
    blankRows: new Listing(),
  }
  #fine = 0
  #refused = 0
  #ragged = 0
  /** The lines at the end that the caller says are no rows. */
  #dropped: Buffer = Buffer.alloc(0)

  /** @param known the dialect by the beginning of the file */
  constructor(
    readonly known: Dialect,
    private readonly utf8: Utf8Chunks,
    private readonly options: ReadOptions,
    private readonly rejects: RejectSink,
  ) {
    const { dialect, ragged } = options
    this.#shape = shapeOf(known)
    this.columns = columnNames(known, this.#shape)
    this.shortNames = shortNames(known, this.#shape)
    this.skippedCells = this.#shape.skipped
    this.#check = createRowCheck(this.#shape, ragged === 'pad', dialect.encoding === 'utf-8')
    this.#header = new HeaderRows(known)
    this.#names = known.names.map(storable)
    const { footerLines } = dialect
    const minCells = footerLines === undefined ? this.#shape.minCells - this.skippedCells : 0
    this.#footer = new Footer(minCells, (row) => this.#refuse(row))
    this.#parser = new CsvParser({
      ...known,
      skipLines: known.preambleLines,
      // Rows of nothing are listed.
      skipEmptyLines: false,
      skipMarks: true,
    })
    this.#isBlankRow = createBlankTest(known.delimiter, options.types === 'text')
    for (const line of known.preamble) this.#listed.preamble.add(line.line, line.text)
  }

  /**
   * The encoding that all bytes so far speak for, if the text would be another one in it. The file
   * then has to be read once more.
   */
  get otherEncoding(): FoundEncoding | undefined {
    const verdict = this.utf8.verdict()
    return verdict === undefined || verdict.isSameText ? undefined : verdict
  }

  /** The dialect, with the counts so far. */
  get dialect(): FileDialect {
    const verdict = this.utf8.verdict()
    const { isSameText = false, encoding: seen, isGuess = false } = verdict ?? {}
    const encoding = isSameText && seen ? seen : this.known.encoding
    return {
      ...this.known,
      encoding,
      isEncodingGuess: isSameText ? isGuess : this.known.isEncodingGuess,
      names: this.#names,
      repeatedHeaders: this.#header.repeated,
      marks: this.#parser.marks,
      footerLines: this.#listed.footer.count,
      listed: this.#listed,
      raggedRows: this.#ragged,
      mendedBytes: encoding === 'utf-8' ? this.utf8.mended() : 0,
    }
  }

  /** Table rows so far, including refused ones. */
  get rowsRead(): number {
    return this.#fine + this.#refused
  }

  /** Rows to be loaded so far. */
  get rowsFine(): number {
    return this.#fine
  }

  /**
   * Reads the file. Refused rows are sent to the sink, in order, before their batch is yielded.
   *
   * @throws CsvError
   */
  async *batches(checkRow?: CheckRow): AsyncGenerator<FileBatch, void> {
    const parser = this.#parser
    let tail: Buffer = Buffer.alloc(0)
    for await (const chunk of this.#body()) {
      const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk])
      const cut = Math.max(0, bytes.length - TAIL_BYTES)
      tail = bytes.subarray(cut)
      for (const batch of parser.push(bytes.subarray(0, cut))) yield this.#sort(batch, checkRow)
      await this.rejects.settle()
    }
    const { dialect, types } = this.options
    const hasTotals = dialect.footerLines === undefined && types !== 'text'
    for (const batch of parser.end(tail)) {
      yield this.#sort(batch, checkRow, hasTotals ? findTotals(batch, this.known) : NO_ROWS)
    }
    this.#footer.end(this.#listed.footer)
    this.#listed.footer.addLines(parser.line, this.#dropped)
    await this.rejects.settle()
  }

  #body(): AsyncIterable<Buffer> {
    const { footerLines = 0 } = this.options.dialect
    const cr = this.known.lineEndsSeen === 'cr'
    if (footerLines === 0) return this.utf8.chunks
    return withoutLastLines(this.utf8.chunks, footerLines, cr, (lines) => {
      this.#dropped = lines
    })
  }

  #sort(batch: RowBatch, checkRow?: CheckRow, totals = NO_ROWS): FileBatch {
    const fine = new Uint8Array(batch.rows)
    const wellFormed = this.#check(batch)
    const check = (row: number) => wellFormed(row) ?? checkRow?.(batch, row)
    let allFine = true
    for (let row = 0; row < batch.rows; row += 1) {
      if (totals.has(row)) this.#listed.footer.add(batch.line[row] as number, batch.raw(row))
      else if (this.#isFine(batch, row, check)) {
        fine[row] = 1
        continue
      }
      allFine = false
    }
    return { batch, fine, allFine }
  }

  /** Whether a row is listed rather than loaded or refused, and is no header. */
  #isBlank(batch: RowBatch, row: number): boolean {
    // An empty line may be a cell of a table with one column.
    if (this.#shape.width <= 1 && this.#header.isRead) return false
    if (!this.#isBlankRow(batch, row)) return false
    this.#listed.blankRows.add(batch.line[row] as number, batch.raw(row))
    return true
  }

  #isFine(
    batch: RowBatch,
    row: number,
    check: (row: number) => (Verdict & Partial<Refusal>) | undefined,
  ): boolean {
    if (this.#isBlank(batch, row)) return false
    if (this.#header.has(batch, row, this.#listed.repeatedHeaders)) return false
    const verdict = check(row)
    if (verdict === undefined) {
      this.#footer.flush()
      this.#fine += 1
      if (batch.width(row) !== this.#shape.width) this.#ragged += 1
      return true
    }
    const cells = batch.texts(row).slice(this.skippedCells)
    const refused = { line: batch.line[row] as number, column: '', ...verdict, cells }
    if (!this.#footer.hold(refused, batch.raw(row))) this.#refuse(refused)
    return false
  }

  #refuse(row: RefusedRow): void {
    this.#refused += 1
    this.rejects.refuse(row)
  }
}
