import { KIND } from './cell-kinds.ts'

export type ColumnType =
  | 'integer'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'json'
  | 'text'

export type DateOrder = 'ymd' | 'dmy' | 'mdy'

/** The type of a column, and how its cells are read. */
export interface Decision {
  readonly type: ColumnType
  /** The bit of {@link KIND} that a cell must have to fit the column. */
  readonly kind: number
  /** The order of day, month and year in its dates. */
  readonly order?: DateOrder
  /** True if it is text only because its dates or numbers could be read in two ways. */
  readonly ambiguous: boolean
}

/** The kinds by preference, with the type each one makes. */
const TYPES: readonly (readonly [number, ColumnType, DateOrder?])[] = [
  [KIND.integer, 'integer'],
  [KIND.numeric, 'numeric'],
  [KIND.commaNumeric, 'numeric'],
  [KIND.dateYmd, 'date', 'ymd'],
  [KIND.dateDmy, 'date', 'dmy'],
  [KIND.dateMdy, 'date', 'mdy'],
  [KIND.timestampYmd, 'timestamp', 'ymd'],
  [KIND.timestampDmy, 'timestamp', 'dmy'],
  [KIND.timestampMdy, 'timestamp', 'mdy'],
  [KIND.timestamptzYmd, 'timestamptz', 'ymd'],
  [KIND.timestamptzDmy, 'timestamptz', 'dmy'],
  [KIND.timestamptzMdy, 'timestamptz', 'mdy'],
  [KIND.uuid, 'uuid'],
  [KIND.json, 'json'],
]
/** Kinds of dates that cannot be told apart: only a day after the 12th shows which part it is. */
const AMBIGUOUS = [
  KIND.shortDate,
  KIND.dateDmy | KIND.dateMdy,
  KIND.timestampDmy | KIND.timestampMdy,
  KIND.timestamptzDmy | KIND.timestamptzMdy,
]
/**
 * The words that make a column boolean. Letters, and 0 and 1, are so only in a declared column: a
 * file of orders had quantities of 0 and 1, one of plots an axis of `x` and `y`.
 */
const BOOLEANS = [KIND.trueFalse, KIND.yesNo]

/** What the other columns of a file say about how it is written. */
export interface FileEvidence {
  /** Whether a point is certain to be the decimal separator of its numbers. */
  readonly decimalPoint: boolean
}

/** Whether all numbers of a column may be groups of thousands, and nothing says that none is. */
function mayBeThousands(possible: number, { decimalPoint }: FileEvidence): boolean {
  if (decimalPoint || possible & KIND.integer) return false
  return (possible & (KIND.pointGroups | KIND.commaGroups)) !== 0
}

/** Whether all amounts of a column can have either decimal mark, and are not the same with both. */
const mayHaveBothMarks = (possible: number, seen: number): boolean =>
  (possible & KIND.commaNumeric) !== 0 &&
  (possible & KIND.numeric) !== 0 &&
  (seen & KIND.twoAmounts) !== 0

/**
 * Decides a column's type. What could be read in two ways stays text.
 *
 * @param possible the kinds that all its cells have in common
 * @param seen the kinds that any of its cells has; 0 if all are null
 */
export function decide(possible: number, seen: number, file: FileEvidence): Decision {
  const text: Decision = { type: 'text', kind: KIND.text, ambiguous: false }
  if (seen === 0) return text
  for (const kind of BOOLEANS) {
    if (possible & kind) return { type: 'boolean', kind, ambiguous: false }
  }
  const isAmbiguous = AMBIGUOUS.some((kinds) => (possible & kinds) === kinds)
  if (isAmbiguous || mayBeThousands(possible, file) || mayHaveBothMarks(possible, seen)) {
    return { ...text, ambiguous: true }
  }
  for (const [kind, type, order] of TYPES) {
    if (possible & kind) return { type, kind, ambiguous: false, ...(order && { order }) }
  }
  return text
}
