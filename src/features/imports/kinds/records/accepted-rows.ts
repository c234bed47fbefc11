import type { RowBatch } from '../../../../csv/parse/row-batch.ts'
import type { RowCells } from '../../../../csv/parse/row-cells.ts'

/** A row that the database refuses is written into the rejects. */
export interface AcceptedRow {
  readonly line: number
  readonly cells: readonly string[]
}

/** The rows of a file that became records. They are kept in case that the database refuses them. */
export class AcceptedRows {
  readonly #parts: {
    readonly first: number
    readonly cells: RowCells
    readonly rows: readonly number[]
  }[] = []
  #count = 0
  #bytes = 0

  /** The memory of the kept cells, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keeps rows of a batch. */
  add(batch: RowBatch, rows: readonly number[]): void {
    if (rows.length === 0) return
    const cells = batch.copy()
    this.#parts.push({ first: this.#count, cells, rows })
    this.#count += rows.length
    this.#bytes += cells.bytes.length
  }

  /** The row that became the record of this index. */
  row(index: number): AcceptedRow {
    const part = this.#parts.findLast(({ first }) => first <= index)
    if (part === undefined) throw new Error(`There is no record ${index}`)
    const row = part.rows[index - part.first] as number
    return { line: part.cells.line[row] as number, cells: part.cells.texts(row) }
  }
}
