import { createCanonical } from './canonical.ts'
import { KIND, TO_TIMESTAMP, TO_TIMESTAMPTZ } from './cell-kinds.ts'
import { createClassifier } from './classifier.ts'
import type { DateOrder } from './decide.ts'
import { PLAIN_NUMBERS } from './number-format.ts'

/** A cell that could be read in two ways, none of which was given. */
export const TWO_WAYS = Symbol('two ways')

const DATES = KIND.dateYmd | KIND.dateDmy | KIND.dateMdy
const canonical = createCanonical(PLAIN_NUMBERS)

/** The date kinds of dates and timestamps alike. */
const asDates = (kinds: number): number =>
  (kinds | (kinds >> TO_TIMESTAMP) | (kinds >> TO_TIMESTAMPTZ)) & DATES

/** The orders that a date can have, as kinds of dates; `shortDate` if nobody said how to read it. */
export type FindOrders = (text: string) => number

/** Creates the function that finds the orders a date can have. @param given the declared order */
export function createFindOrders(given?: DateOrder): FindOrders {
  const classify = createClassifier(PLAIN_NUMBERS, given)
  return (text) => {
    const bytes = Buffer.from(text)
    const kinds = classify(bytes, 0, bytes.length, DATES)
    return asDates(kinds) | (kinds & KIND.shortDate)
  }
}

/** The order of a kind of dates. */
const ORDERS: ReadonlyMap<number, DateOrder> = new Map([
  [KIND.dateYmd, 'ymd'],
  [KIND.dateDmy, 'dmy'],
  [KIND.dateMdy, 'mdy'],
])

/** An ISO 8601 date or date-time; a time without an offset is UTC. */
function isoOf(text: string, order: DateOrder): string {
  const [date, time = ''] = canonical(
    { type: 'timestamptz', kind: 0, order, ambiguous: false },
    text,
  ).split(' ')
  if (time === '') return date as string
  return `${date}T${time}${/[-+]/.test(time) ? '' : 'Z'}`
}

/** What needs no reading, which takes a tenth of the time that a transaction takes to be read. */
const ISO = /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[-+]\d\d:\d\d))?$/
const WITHOUT_ZONE = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)$/

/**
 * Creates the function that reads a date or a date and time, as the columns of datasets do.
 *
 * @param given the declared order
 * @param found the order of dates of two, as other cells of the column show it
 * @returns ISO 8601, {@link TWO_WAYS}, or undefined for what is no date
 */
export function createDateReader(given?: DateOrder, found?: DateOrder) {
  const findOrders = createFindOrders(given)
  const foundKind = found === 'dmy' ? KIND.dateDmy : found === 'mdy' ? KIND.dateMdy : DATES
  return (text: string): string | typeof TWO_WAYS | undefined => {
    if (ISO.test(text)) return text
    const [, date, time] = WITHOUT_ZONE.exec(text) ?? []
    if (date !== undefined) return `${date}T${time}Z`
    const kinds = findOrders(text)
    if (kinds & KIND.shortDate) return TWO_WAYS
    if (kinds & KIND.dateYmd) return isoOf(text, 'ymd')
    const left = kinds & foundKind
    if (left === 0) return undefined
    const order = ORDERS.get(left)
    return order === undefined ? TWO_WAYS : isoOf(text, order)
  }
}
