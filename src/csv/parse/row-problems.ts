/**
 * What is malformed about a row:
 * - `malformed_quote`: a cell continues after its closing quote;
 * - `too_many_columns`: the row has more cells than allowed; the extra ones are dropped;
 * - `quote_not_closed`: a quote is never closed, or not within the longest allowed row. The row is
 *   the single line on which it begins; the next row begins on the line below;
 * - `row_too_long`: the row's line is longer than allowed. Its beginning is kept, the rest skipped.
 */
export type RowProblem =
  | 'malformed_quote'
  | 'too_many_columns'
  | 'quote_not_closed'
  | 'row_too_long'

/** Problems by number, the worst last; 0 means none. */
export const ROW_PROBLEM = {
  none: 0,
  malformedQuote: 1,
  tooManyColumns: 2,
  quoteNotClosed: 3,
  rowTooLong: 4,
} as const

const NAMES: readonly (RowProblem | undefined)[] = [
  undefined,
  'malformed_quote',
  'too_many_columns',
  'quote_not_closed',
  'row_too_long',
]

/** The name of a problem by its number; undefined for 0. */
export const rowProblem = (number: number): RowProblem | undefined => NAMES[number]
