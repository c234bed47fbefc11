import type { RefusedRow } from './source.ts'

/** At most so many rows at the end are taken for a footer. */
const MAX_ROWS = 20
/** What the first cell of a row of sums says, and what stands alone behind the last row. */
const LABEL = /:$|^((grand |sub)?totals?|sums?|count|end|eof)\b/i
/** Words and not one word. */
const PROSE = /\p{L}.*\s|\s.*\p{L}/u

/** What stands in the cells that are not blank. */
const filled = (cells: readonly string[]): string[] =>
  cells.map((cell) => cell.trim()).filter((cell) => cell !== '')

/** Whether cells read like a note below a table, and not like a row that lost its end. */
function isNote(cells: readonly string[]): boolean {
  const [first = '', ...others] = filled(cells)
  return LABEL.test(first) || (others.length === 0 && PROSE.test(first))
}

/**
 * Holds back notes with too few cells until it is known whether rows follow: at the end of a file they are its
 * footer, elsewhere they are refused.
 */
export class Footer {
  #held: RefusedRow[] = []

  /** @param least how many cells a row has at least: more than half of them fills no footer; 0 when none is looked for */
  constructor(
    private readonly least: number,
    private readonly refuse: (row: RefusedRow) => void,
  ) {}

  /**
   * Takes a row that is refused unless it turns out to be of the footer.
   *
   * @returns false when it cannot be: the caller refuses it, those before it are
   */
  hold(row: RefusedRow): boolean {
    const isShort = row.code === 'too_few_cells' && 2 * filled(row.cells).length <= this.least
    const holds = isShort && isNote(row.cells)
    if (holds) this.#held.push(row)
    if (!holds || this.#held.length > MAX_ROWS) this.flush()
    return holds
  }

  /** What was held is no footer: another row follows. */
  flush(): void {
    if (this.#held.length === 0) return
    for (const row of this.#held) this.refuse(row)
    this.#held = []
  }

  /** The file ends. @returns how many rows its footer has */
  end(): number {
    const rows = this.#held.length
    this.#held = []
    return rows
  }
}
