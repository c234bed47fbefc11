import type { Dialect } from '../detect/dialect.ts'
import type { RowBatch } from '../parse/row-batch.ts'

/** Recognises header rows, both at the start and where the header is repeated. */
export class HeaderRows {
  readonly #known: Dialect
  /** The length of the first name; comparing it first rules out most rows cheaply. */
  readonly #nameBytes: number
  /** How many more header rows must follow. */
  #remaining: number
  #repeated = 0

  constructor(known: Dialect) {
    this.#known = known
    this.#nameBytes = Buffer.byteLength(known.headerCells[0] ?? '')
    this.#remaining = known.headerLines
  }

  /** How often the header was repeated so far. */
  get repeated(): number {
    return this.#repeated
  }

  /** Whether a row belongs to the header. Call once per row, in order. */
  has(batch: RowBatch, row: number): boolean {
    if (this.#remaining > 0) {
      this.#remaining -= 1
      return true
    }
    if (!this.#isFirstAgain(batch, row)) return false
    this.#repeated += 1
    this.#remaining = this.#known.headerLines - 1
    return true
  }

  #isFirstAgain(batch: RowBatch, row: number): boolean {
    const { header, headerCells } = this.#known
    if (!header || batch.width(row) !== headerCells.length) return false
    const first = batch.firstCell[row] as number
    const bytes = (batch.cellEnd[first] as number) - (batch.cellStart[first] as number)
    return (
      bytes === this.#nameBytes &&
      headerCells.every((name, index) => batch.text(first + index) === name)
    )
  }
}
