import { CELL, type RowBatch } from './batch.ts'
import { classify, isJson } from './classify.ts'
import { type Decision, decide } from './decide.ts'
import { ANY_KIND, KIND } from './kinds.ts'
import { createNullTest, type NullTest } from './nulls.ts'

/** What a column turned out to be. */
export interface Column extends Decision {
  readonly nulls: number
  /** Cells that are not null. */
  readonly values: number
}

/** Says of a row whether it is left out, as one that will be refused anyway. */
export type LeaveOut = (batch: RowBatch, row: number) => boolean

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09

/** Of what holds escaped quotes, only JSON is more than text; what is malformed is not even that. */
function kindsOfEscaped(batch: RowBatch, cell: number, wanted: number): number {
  const malformed = (batch.cellFlags[cell] as number) & CELL.malformed
  if (malformed || !(wanted & KIND.json)) return KIND.text
  return isJson(batch.text(cell)) ? KIND.json | KIND.text : KIND.text
}

/**
 * Finds the types of columns from all their cells, batch by batch. Blanks around a value and quotes make no
 * difference; whatever is null fits every type. Once a column is text, only its nulls are looked at.
 */
export class ColumnTypes {
  readonly #isNull: NullTest
  #width = 0
  #rows = 0
  #possible = new Int32Array(16).fill(ANY_KIND)
  #seen = new Int32Array(16)
  #values = new Float64Array(16)

  constructor(nullWords?: readonly string[]) {
    this.#isNull = createNullTest(nullWords)
  }

  /** Takes in the rows of a batch from `first` on. */
  add(batch: RowBatch, first = 0, leaveOut?: LeaveOut): void {
    for (let row = first; row < batch.rows; row += 1) {
      if (leaveOut?.(batch, row)) continue
      const width = batch.width(row)
      if (width > this.#width) this.#widen(width)
      this.#rows += 1
      this.#addRow(batch, batch.firstCell[row] as number, width)
    }
  }

  #addRow(batch: RowBatch, firstCell: number, width: number): void {
    const { bytes, cellStart, cellEnd, cellFlags } = batch
    const possible = this.#possible
    const seen = this.#seen
    const values = this.#values
    for (let column = 0; column < width; column += 1) {
      const cell = firstCell + column
      let start = cellStart[cell] as number
      let end = cellEnd[cell] as number
      while (start < end && isBlank(bytes[start])) start += 1
      while (start < end && isBlank(bytes[end - 1])) end -= 1
      if (this.#isNull(bytes, start, end)) continue
      values[column] = (values[column] as number) + 1
      const before = possible[column] as number
      if (before === KIND.text) continue
      const flags = cellFlags[cell] as number
      const kinds =
        flags > CELL.quoted
          ? kindsOfEscaped(batch, cell, before)
          : classify(bytes, start, end, before)
      possible[column] = before & kinds
      seen[column] = (seen[column] as number) | kinds
    }
  }

  #widen(width: number): void {
    this.#width = width
    if (width <= this.#possible.length) return
    const possible = new Int32Array(2 * width).fill(ANY_KIND)
    const seen = new Int32Array(2 * width)
    const values = new Float64Array(2 * width)
    possible.set(this.#possible)
    seen.set(this.#seen)
    values.set(this.#values)
    this.#possible = possible
    this.#seen = seen
    this.#values = values
  }

  /** What the columns are by all that was taken in. A cell that a short row lacks is null. */
  columns(): Column[] {
    return Array.from({ length: this.#width }, (_, column) => {
      const values = this.#values[column] as number
      const decision = decide(this.#possible[column] as number, this.#seen[column] as number)
      return { ...decision, values, nulls: this.#rows - values }
    })
  }
}
