import type { RefusedRow } from './source.ts'

/** At most so many rows at the end are taken for a footer. */
const MOST_ROWS = 20
/** What the first cell of a row of sums says, and what stands alone behind the last row. */
const LABEL = /:$|^((grand |sub)?totals?|sums?|count|end|eof)\b/i
/** Words and not one word. */
const PROSE = /\p{L}.*\s|\s.*\p{L}/u

/** Whether cells read like a note below a table, and not like a row that lost its end. */
export function isNote(cells: readonly string[]): boolean {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '')
  const [first = ''] = filled
  return LABEL.test(first) || (filled.length === 1 && PROSE.test(first))
}

/**
 * Holds back notes with too few cells until it is known whether rows follow: at the end of a file they are its
 * footer, elsewhere they are refused.
 */
export class Footer {
  #held: RefusedRow[] = []

  constructor(private readonly refuse: (row: RefusedRow) => void) {}

  /** A row that is refused unless it turns out to be of the footer. */
  hold(row: RefusedRow): void {
    this.#held.push(row)
    if (this.#held.length > MOST_ROWS) this.flush()
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
