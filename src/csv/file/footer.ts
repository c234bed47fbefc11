import { isLabel } from '../detect/total-label.ts'
import type { Listing } from './listing.ts'
import type { RefusedRow } from './source.ts'

/** More rows than this at the end are not a footer. */
const MAX_ROWS = 20
/** Several words, not just one. */
const PROSE = /\p{L}.*\s|\s.*\p{L}/u

/** The cells that are not blank, trimmed. */
const filled = (cells: readonly string[]): string[] =>
  cells.map((cell) => cell.trim()).filter((cell) => cell !== '')

/** Whether a row reads like a note below the table, rather than a truncated row. */
export function isNote(cells: readonly string[]): boolean {
  const [first = '', ...others] = filled(cells)
  return isLabel(first) || (others.length === 0 && PROSE.test(first))
}

/** A row that may belong to the footer. */
interface HeldRow {
  readonly row: RefusedRow
  readonly text: Buffer
}

/**
 * Holds back note-like rows with too few cells until it is known whether more rows follow. At the
 * end of the file they are the footer; elsewhere they are refused.
 */
export class Footer {
  #pending: HeldRow[] = []

  /**
   * @param minCells the fewest cells of a table row; a footer row fills at most half as many. 0
   *   turns detection off.
   */
  constructor(
    private readonly minCells: number,
    private readonly refuse: (row: RefusedRow) => void,
  ) {}

  /**
   * Holds a row that is refused unless it belongs to the footer.
   *
   * @param raw the row's bytes, which the caller reuses
   * @returns false if it cannot belong to it; the held rows are then refused, and the caller
   *   refuses this one
   */
  hold(row: RefusedRow, raw: Buffer): boolean {
    const isShort = row.code === 'too_few_cells' && 2 * filled(row.cells).length <= this.minCells
    const holds = isShort && isNote(row.cells)
    if (holds) this.#pending.push({ row, text: Buffer.from(raw) })
    if (!holds || this.#pending.length > MAX_ROWS) this.flush()
    return holds
  }

  /** Refuses the held rows, since another row follows them. */
  flush(): void {
    if (this.#pending.length === 0) return
    for (const { row } of this.#pending) this.refuse(row)
    this.#pending = []
  }

  /** Ends the file: lists the footer's rows. */
  end(listing: Listing): void {
    for (const { row, text } of this.#pending) listing.add(row.line, text)
    this.#pending = []
  }
}
