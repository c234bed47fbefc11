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
  /** True if it is text only because day and month could not be told apart. */
  readonly ambiguous: boolean
}

/** The kinds by preference, with the type each one makes. */
const TYPES: readonly (readonly [number, ColumnType, DateOrder?])[] = [
  [KIND.integer, 'integer'],
  [KIND.numeric, 'numeric'],
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
/** Pairs of kinds that only a day after the 12th tells apart. */
const AMBIGUOUS = [
  KIND.dateDmy | KIND.dateMdy,
  KIND.timestampDmy | KIND.timestampMdy,
  KIND.timestamptzDmy | KIND.timestamptzMdy,
]
/** One word of these families makes a column boolean. The letters, and 0 and 1, must both occur. */
const CONCLUSIVE: readonly number[] = [KIND.trueFalse, KIND.yesNo]
const FAMILIES: readonly number[] = [...CONCLUSIVE, KIND.tF, KIND.yN, KIND.zeroOne]
const BOTH = KIND.saysTrue | KIND.saysFalse

/**
 * Decides a column's type.
 *
 * @param possible the kinds that all its cells have in common
 * @param seen the kinds that any of its cells has; 0 if all are null
 */
export function decide(possible: number, seen: number): Decision {
  const text: Decision = { type: 'text', kind: KIND.text, ambiguous: false }
  if (seen === 0) return text
  for (const kind of FAMILIES) {
    const isConclusive = CONCLUSIVE.includes(kind) || (seen & BOTH) === BOTH
    if (possible & kind && isConclusive) return { type: 'boolean', kind, ambiguous: false }
  }
  if (AMBIGUOUS.some((pair) => (possible & pair) === pair)) return { ...text, ambiguous: true }
  for (const [kind, type, order] of TYPES) {
    if (possible & kind) return { type, kind, ambiguous: false, ...(order && { order }) }
  }
  return text
}
