/**
 * What the bytes of one cell can be, as bits. A cell fits several: `1` is an integer, a numeric, one of 0 and
 * 1, and text. What all cells of a column have in common, by `&`, is what the column can be.
 */
export const KIND = {
  text: 1,
  integer: 1 << 1,
  numeric: 1 << 2,
  /** Families of two words each. They don't mix: a column of `yes` and `0` is text. */
  trueFalse: 1 << 3,
  yesNo: 1 << 4,
  tF: 1 << 5,
  yN: 1 << 6,
  zeroOne: 1 << 7,
  /** Year, month, day; day, month, year; month, day, year. */
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
  /** What a word of a family says; of use by `|` over a column, to know whether both were there. */
  saysTrue: 1 << 19,
  saysFalse: 1 << 20,
  /** PostgreSQL reads the bytes, as they stand, as the same value in each of the typed kinds. */
  asIs: 1 << 21,
} as const

/** The kinds a column without any cell can be. */
export const ANY_KIND = (1 << 19) - 1

/** By how many bits the kinds of timestamps without and with zone stand above those of dates. */
export const TO_TIMESTAMP = 3
export const TO_TIMESTAMPTZ = 6
