/** A line of a file that is neither loaded nor refused. */
export interface ListedLine {
  /** Counted from 1. */
  readonly line: number
  /** The line without its end, and with U+FFFD for what cannot be stored. */
  readonly text: string
}

/** Lines of a file of one sort. */
export interface Listed {
  readonly count: number
  /** The first of them. */
  readonly lines: readonly ListedLine[]
}

/** How many lines are kept in full. */
export const MAX_LISTED = 100
/** All kept lines of a sort are not longer than this, in UTF-16 units: a hostile line is cut. */
const MAX_LENGTH = 20_000

/** Collects lines, the first of them with their text. */
export class Listing implements Listed {
  readonly lines: ListedLine[] = []
  #count = 0
  #length = 0

  get count(): number {
    return this.#count
  }

  /** @param text the line's bytes in UTF-8, or its text; its end is left out */
  add(line: number, text: Buffer | string): void {
    this.#count += 1
    if (this.lines.length >= MAX_LISTED) return
    const left = MAX_LENGTH - this.#length
    // A character takes up to 4 bytes.
    const start = typeof text === 'string' ? text : text.toString('utf8', 0, 4 * left + 2)
    const whole = start.replace(/\r?\n$|\r$/, '').replaceAll('\0', '\ufffd')
    const kept = whole.length > left ? `${whole.slice(0, Math.max(0, left - 1))}…` : whole
    this.#length += kept.length
    this.lines.push({ line, text: kept.toWellFormed() })
  }

  /** Adds each line of a text. @param first the number of its first line */
  addLines(first: number, text: Buffer): void {
    const lines = text.toString('utf8').split(/\r\n|\n|\r/)
    if (lines.at(-1) === '') lines.pop()
    for (const [index, line] of lines.entries()) this.add(first + index, line)
  }
}
