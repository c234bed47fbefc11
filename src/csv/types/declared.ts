import { KIND, TO_TIMESTAMP, TO_TIMESTAMPTZ } from './cell-kinds.ts'
import { type ColumnType, type Decision, decide } from './decide.ts'

/** Given types of columns, by the index of the column. */
export type DeclaredTypes = ReadonlyMap<number, ColumnType>

const DATES = KIND.dateYmd | KIND.dateDmy | KIND.dateMdy
/** For each type, the kinds of the cells that fit. */
const FITTING: Readonly<Record<ColumnType, number>> = {
  integer: KIND.integer,
  numeric: KIND.numeric | KIND.commaNumeric,
  boolean: KIND.trueFalse,
  date: DATES | KIND.shortDate,
  timestamp: (DATES << TO_TIMESTAMP) | KIND.shortDate,
  timestamptz: (DATES << TO_TIMESTAMPTZ) | KIND.shortDate,
  uuid: KIND.uuid,
  json: KIND.json,
  text: KIND.text,
}
/** What tells nothing of a type by itself. */
const BESIDE = KIND.text | KIND.asIs | KIND.twoAmounts

const WORD = /^(?:true|yes|y|t|on|1|false|no|n|f|off|0)$/i
/** The longest word of them. */
const MAX_WORD_BYTES = 5

function kindsOfWord(bytes: Buffer, start: number, end: number): number {
  if (end - start > MAX_WORD_BYTES) return 0
  return WORD.test(bytes.toString('latin1', start, end)) ? KIND.trueFalse | KIND.asIs : 0
}

/**
 * The kinds that a cell has in a column whose type is given: those that fit, and text. A column of
 * booleans takes words that are none by themselves, one of timestamps takes dates.
 *
 * @param kinds what the cell is by itself
 */
export function kindsAs(
  type: ColumnType,
  kinds: number,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  if (type === 'boolean') return KIND.text | kindsOfWord(bytes, start, end)
  const widened = type === 'timestamp' ? kinds | ((kinds & DATES) << TO_TIMESTAMP) : kinds
  // Without the kinds of groups, since `1.234` is a number of the declared type.
  const fitting = widened & FITTING[type]
  return fitting === 0 ? KIND.text : fitting | (kinds & BESIDE)
}

/** The kinds that a cell needs one of to fit a column of the type. */
export const fittingKinds = (type: ColumnType): number => FITTING[type]

/** Decides a column whose type is given, by cells that fit it. */
export function decideDeclared(type: ColumnType, possible: number, seen: number): Decision {
  if (seen !== 0) return decide(possible, seen, { decimalPoint: true })
  const kind = FITTING[type] & -FITTING[type]
  return { type, kind, ambiguous: false }
}
