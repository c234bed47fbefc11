import type { Dialect } from '../detect/dialect.ts'
import type { RowBatch } from '../parse/row-batch.ts'
import type { Listing } from './listing.ts'

/** Recognises header rows, both at the start and where the header is repeated. */
export class HeaderRows {
  readonly #known: Dialect
  /** The length of the first name; comparing it first rules out most rows cheaply. */
  readonly #nameBytes: number
  /** The index of the header row that may come next; 0 within the table. */
  #next = 0
  /** Whether the header at the start was read. */
  #isRead = false
  #repeated = 0

  constructor(known: Dialect) {
    this.#known = known
    this.#nameBytes = Buffer.byteLength(known.headerRows[0]?.[0] ?? '')
    this.#isRead = known.headerRows.length === 0
  }

  /** How often the header was repeated so far. */
  get repeated(): number {
    return this.#repeated
  }

  /** Whether the header at the start, if there is one, was read. */
  get isRead(): boolean {
    return this.#isRead
  }

  /**
   * Whether a row belongs to the header. Call once per row, in order.
   *
   * @param again lists rows that repeat it
   */
  has(batch: RowBatch, row: number, again: Listing): boolean {
    const { headerRows, headerRepeats } = this.#known
    if (!this.#isRead) {
      this.#next += 1
      this.#isRead = this.#next === headerRows.length
      if (this.#isRead) this.#next = 0
      return true
    }
    if (!headerRepeats) return false
    // The rows below the first one belong to it only if they are repeated, too.
    const isNext = this.#next > 0 && this.#equals(batch, row, this.#next)
    if (!isNext && !this.#isFirst(batch, row)) {
      this.#next = 0
      return false
    }
    if (!isNext) this.#repeated += 1
    again.add(batch.line[row] as number, batch.raw(row))
    this.#next = isNext ? (this.#next + 1) % headerRows.length : 1 % headerRows.length
    return true
  }

  #isFirst(batch: RowBatch, row: number): boolean {
    const first = batch.firstCell[row] as number
    const bytes = (batch.cellEnd[first] as number) - (batch.cellStart[first] as number)
    return bytes === this.#nameBytes && this.#equals(batch, row, 0)
  }

  #equals(batch: RowBatch, row: number, headerRow: number): boolean {
    const cells = this.#known.headerRows[headerRow] ?? []
    const first = batch.firstCell[row] as number
    return (
      batch.width(row) === cells.length &&
      cells.every((cell, index) => batch.text(first + index) === cell)
    )
  }
}
