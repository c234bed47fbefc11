import type { RefusedRow } from './source.ts'

/** At most so many rows at the end are taken for a footer. */
const MOST_ROWS = 20

/**
 * Holds back rows with too few cells until it is known whether rows follow: at the end of a file they are its
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
