import type { Dialect } from '../detect/dialect.ts'
import type { RowBatch } from '../parse/row-batch.ts'

/** Finds the rows that are the header, the first time and wherever it comes again. */
export class HeaderRows {
  readonly #known: Dialect
  /** How long the first name is: few rows have to be compared with the header. */
  readonly #nameBytes: number
  /** Rows of the header that are still to come. */
  #coming: number
  #repeated = 0

  constructor(known: Dialect) {
    this.#known = known
    this.#nameBytes = Buffer.byteLength(known.headerCells[0] ?? '')
    this.#coming = known.headerLines
  }

  /** How often it came again so far. */
  get repeated(): number {
    return this.#repeated
  }

  /** Whether a row is of the header; asked of each row once, in their order. */
  has(batch: RowBatch, row: number): boolean {
    if (this.#coming > 0) {
      this.#coming -= 1
      return true
    }
    if (!this.#isFirstAgain(batch, row)) return false
    this.#repeated += 1
    this.#coming = this.#known.headerLines - 1
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
