/**
 * What the bytes of one cell can be, as bits. A cell usually has several: `1` is an integer, a
 * numeric, a member of 0 and 1, and text. The bitwise AND over a column is what the column can be.
 */
export const KIND = {
  text: 1,
  integer: 1 << 1,
  numeric: 1 << 2,
  /** Families of two boolean words. They do not mix: a column of `yes` and `0` is text. */
  trueFalse: 1 << 3,
  yesNo: 1 << 4,
  tF: 1 << 5,
  yN: 1 << 6,
  zeroOne: 1 << 7,
  /** Year-month-day; day-month-year; month-day-year. */
  dateYmd: 1 << 8,
  dateDmy: 1 << 9,
  dateMdy: 1 << 10,
  timestampYmd: 1 << 11,
  timestampDmy: 1 << 12,
  timestampMdy: 1 << 13,
  timestamptzYmd: 1 << 14,
  timestamptzDmy: 1 << 15,
  timestamptzMdy: 1 << 16,
  uuid: 1 << 17,
  json: 1 << 18,
  /**
   * A number that may have groups of thousands: `1.500` is 1500 or 1.5. Integers below 1,000 fit
   * both readings.
   */
  pointGroups: 1 << 19,
  /** The same with a comma: `1,500`. */
  commaGroups: 1 << 20,
  /** PostgreSQL parses the bytes, unchanged, as the same value for each of the typed kinds. */
  asIs: 1 << 21,
  /** A date with a two-digit year: its century, and often its order, is a guess. */
  shortDate: 1 << 22,
  /** An amount with a decimal comma, where amounts are read with either mark. */
  commaNumeric: 1 << 23,
  /** Whether both marks make a number of a cell, and not the same: `1.234`. Seen in any cell. */
  twoAmounts: 1 << 24,
} as const

/** The kinds that only say that a cell could be read in several ways. It is stored as text. */
export const READ_IN_TWO_WAYS = KIND.commaGroups | KIND.shortDate

/** The kinds that a column without values can have. */
export const ANY_KIND = ((1 << 24) - 1) & ~KIND.asIs

/** How many bits the kinds of timestamps, without and with zone, are above those of dates. */
export const TO_TIMESTAMP = 3
export const TO_TIMESTAMPTZ = 6
