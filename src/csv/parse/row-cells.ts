/** Flags of a cell. */
export const CELL = {
  /** The cell was quoted; its offsets exclude the quotes. */
  quoted: 1,
  /** The cell contains escaped quotes, so its text differs from its bytes. */
  escaped: 2,
  /** The cell continues after its closing quote; its offsets include the quotes. */
  malformed: 4,
} as const

/** Where the cells of rows are. */
interface CellPlaces {
  readonly bytes: Buffer
  readonly firstCell: Int32Array
  readonly line: Float64Array
  readonly cellStart: Int32Array
  readonly cellEnd: Int32Array
  readonly cellFlags: Uint8Array
}

/** The cells of some rows, as offsets into their bytes. */
export class RowCells {
  /** The bytes that all offsets refer to. */
  bytes: Buffer
  /** The index of each row's first cell, plus one entry for the end of the last row. */
  readonly firstCell: Int32Array
  /** The line on which each row begins, counted from 1. */
  readonly line: Float64Array
  readonly cellStart: Int32Array
  readonly cellEnd: Int32Array
  /** Bits of {@link CELL}. */
  readonly cellFlags: Uint8Array

  constructor(
    places: CellPlaces,
    protected readonly withoutEscapes: (text: string) => string,
  ) {
    this.bytes = places.bytes
    this.firstCell = places.firstCell
    this.line = places.line
    this.cellStart = places.cellStart
    this.cellEnd = places.cellEnd
    this.cellFlags = places.cellFlags
  }

  /** The number of cells in a row. */
  width(row: number): number {
    return (this.firstCell[row + 1] as number) - (this.firstCell[row] as number)
  }

  /** The text of a cell, by its index among all cells. */
  text(cell: number): string {
    const text = this.bytes.toString('utf8', this.cellStart[cell], this.cellEnd[cell])
    return (this.cellFlags[cell] as number) & CELL.escaped ? this.withoutEscapes(text) : text
  }

  texts(row: number): string[] {
    const texts: string[] = []
    const end = this.firstCell[row + 1] as number
    for (let cell = this.firstCell[row] as number; cell < end; cell += 1) {
      texts.push(this.text(cell))
    }
    return texts
  }
}
