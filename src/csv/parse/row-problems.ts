/**
 * Why a row cannot be taken as it is:
 * - `malformed_quote`: a cell goes on behind its closing quote;
 * - `too_many_columns`: it has more cells than allowed; those that are too many are left out;
 * - `quote_not_closed`: a quote is opened in the row and never closed, or not within the longest row allowed.
 *   The row is the one line on which it begins, and the next row begins below it;
 * - `row_too_long`: its line is longer than allowed. The row is the front of it; the rest is passed over.
 */
export type RowProblem =
  | 'malformed_quote'
  | 'too_many_columns'
  | 'quote_not_closed'
  | 'row_too_long'

/** Problems by number, the worst last; 0 is none. */
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

/** The name of a problem's number; undefined for 0. */
export const rowProblem = (number: number): RowProblem | undefined => NAMES[number]
