import { KIND } from '../types/cell-kinds.ts'
import { classify } from '../types/classify.ts'
import { createNullTest } from '../types/nulls.ts'
import type { SampleRow } from './sample.ts'

/** The kinds that mark a value. Words such as `no` and `t` can also be column names. */
const VALUE_KINDS = ~(KIND.text | KIND.trueFalse | KIND.yesNo | KIND.tF | KIND.yN | KIND.asIs)

const isNull = createNullTest()

/** The kinds of a cell that rule out a column name; -1 if it is null. */
export function valueKinds(cell: string): number {
  const bytes = Buffer.from(cell.trim())
  if (isNull(bytes, 0, bytes.length)) return -1
  const kinds = classify(bytes, 0, bytes.length, KIND.json) & VALUE_KINDS
  return kinds !== 0 || !isFormatted(cell) ? kinds : KIND.numeric
}

/** Amounts in other formats than plain digits: with a comma, groups, a sign or a currency. */
const FORMATTED =
  /^[-+−(]?(\p{Sc}\s?|[A-Z]{3} )?[-+−]?(\d{1,3}([.,' \u00a0\u202f’]\d{2,3})+|\d+)([.,]\d+)?(\s?\p{Sc}| [A-Z]{3})?( ?%|[-)])?$/u

const isFormatted = (cell: string): boolean => {
  const text = cell.trim()
  return text.length <= MAX_LENGTH && /\d/.test(text) && FORMATTED.test(text) && !/^0\d/.test(text)
}

/** What else cells have in common that hold a delimiter and are one value. */
const WHOLE = new RegExp(
  [
    '[a-z][a-z0-9+.-]*://\\S+', // an address of the web
    '[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+', // a mail address
    '([0-9a-f]{2}[:-]){5}[0-9a-f]{2}', // a MAC address
    '[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}', // an IPv6 address
    '\\d{1,3}(\\.\\d{1,3}){3}(:\\d+)?', // an IPv4 address, with a port
    '\\d{1,2}:\\d{2}(:\\d{2}([.,]\\d+)?)?( ?[ap]m)?', // a time
    '\\d{1,4}[-/.]\\d{1,2}[-/.]\\d{1,4}([ T]+\\d{1,2}:\\d{2}.*)?', // a date, with a time
    '(urn|mailto|doi|isbn|tel):\\S+',
  ]
    .map((pattern) => `^(?:${pattern})$`)
    .join('|'),
  'i',
)
const MAX_LENGTH = 200

/** Whether a cell is one value that has `:`, `/` and the like within it. */
export const isWholeValue = (cell: string): boolean => {
  const text = cell.trim()
  return text.length <= MAX_LENGTH && WHOLE.test(text)
}

/** Whether a cell has a type. */
export const hasType = (cell: string): boolean => valueKinds(cell) > 0 || isWholeValue(cell)

/** The number of cells that are not blank. */
export const filled = ({ cells }: SampleRow): number =>
  cells.filter((cell) => cell.trim() !== '').length

/** Whether a column of the rows has typed values, in all its cells or at least this share. */
export function isTyped(rows: readonly SampleRow[], column: number, share = 1): boolean {
  let values = 0
  let typed = 0
  for (const { cells } of rows) {
    const cell = cells[column] ?? ''
    const kinds = valueKinds(cell)
    if (kinds === -1) continue
    values += 1
    if (kinds > 0 || isWholeValue(cell)) typed += 1
    else if (share === 1) return false
  }
  return values > 0 && typed >= share * values
}

export const sameCells = (a: SampleRow, b: SampleRow): boolean =>
  a.cells.length === b.cells.length && a.cells.every((cell, index) => cell === b.cells[index])
