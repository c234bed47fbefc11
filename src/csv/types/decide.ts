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

/** What a column is. */
export interface Decision {
  readonly type: ColumnType
  /** The kind of {@link KIND} by which each cell of it is read: a cell fits when it has this bit. */
  readonly kind: number
  /** How its dates are written. */
  readonly order?: DateOrder
  /** Whether it is text because no day told which of day and month comes first. */
  readonly ambiguous: boolean
}

/** The kinds by preference, with what they make. */
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
/** One of these words alone makes a boolean. Of the letters, and of 0 and 1, both have to be there. */
const TELLING: readonly number[] = [KIND.trueFalse, KIND.yesNo]
const FAMILIES: readonly number[] = [...TELLING, KIND.tF, KIND.yN, KIND.zeroOne]
const BOTH = KIND.saysTrue | KIND.saysFalse

/**
 * What a column is.
 *
 * @param possible the kinds all its cells have in common
 * @param seen the kinds any of its cells has; 0 when all are null
 */
export function decide(possible: number, seen: number): Decision {
  const text: Decision = { type: 'text', kind: KIND.text, ambiguous: false }
  if (seen === 0) return text
  for (const kind of FAMILIES) {
    const told = TELLING.includes(kind) || (seen & BOTH) === BOTH
    if (possible & kind && told) return { type: 'boolean', kind, ambiguous: false }
  }
  if (AMBIGUOUS.some((pair) => (possible & pair) === pair)) return { ...text, ambiguous: true }
  for (const [kind, type, order] of TYPES) {
    if (possible & kind) return { type, kind, ambiguous: false, ...(order && { order }) }
  }
  return text
}
