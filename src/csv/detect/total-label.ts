/** How the first cell of a total or end marker reads, in some languages of bank statements. */
const LABEL =
  /:$|^((grand |sub)?tota(l|ls|le|ux)|sums?|summe|gesamt|saldo|suma|soma|razem|итого|count|end|eof)(?!\p{L})/iu

/** Whether a cell is what the first cell of a total or an end marker reads like. */
export const isLabel = (cell: string): boolean => LABEL.test(cell.trim())

/** A line across the table. */
const LINE = /^[-*=_]{3,}$/

/** Whether the first cell of a row that is not blank is such a label, or a line. */
export function isTotalLabel(cells: readonly string[]): boolean {
  const first = (cells.find((cell) => cell.trim() !== '') ?? '').trim()
  return isLabel(first) || LINE.test(first)
}
