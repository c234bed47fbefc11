import { createAccountingReader } from './accounting.ts'
import { KIND } from './cell-kinds.ts'
import { classify } from './classify.ts'
import type { DateOrder } from './decide.ts'
import { createNumberReader, mayBeginNumber, type NumberFormat } from './number-format.ts'
import { numberKinds } from './number-kinds.ts'
import { kindsOfOrder, shortYearKinds } from './short-years.ts'

/** Finds the kinds of a cell, as {@link classify} does. */
export type Classify = typeof classify

/** Not even a declared format has these. */
const GROUPS = KIND.pointGroups | KIND.commaGroups
const NUMBERS = KIND.integer | KIND.numeric | KIND.zeroOne | GROUPS

/** Classifies numbers in another format than plain digits with a point. */
function inFormat(numbers: NumberFormat): Classify {
  const readNumber = createNumberReader(numbers)
  if (readNumber === undefined) return classify
  return (bytes, start, end, wanted) => {
    const kinds = classify(bytes, start, end, wanted)
    // Plain digits are the same number in every format.
    if (kinds & KIND.integer || mayBeginNumber[bytes[start] as number] === false) return kinds
    const plain = readNumber(bytes.toString('utf8', start, end))
    if (plain === undefined) return kinds & NUMBERS ? KIND.text : kinds
    const digits = Buffer.from(plain)
    const formattedKinds = (numberKinds(digits, 0, digits.length) & ~GROUPS) | KIND.text
    return digits.equals(bytes.subarray(start, end)) ? formattedKinds : formattedKinds & ~KIND.asIs
  }
}

/** The kinds of an amount as plain digits; 0 if it is none. */
function kindsOfAmount(plain: string | undefined): number {
  if (plain === undefined) return 0
  const digits = Buffer.from(plain)
  return numberKinds(digits, 0, digits.length) & ~(GROUPS | KIND.asIs)
}

/** Classifies amounts as account statements have them. */
function asAmounts(numbers: NumberFormat): Classify {
  const { marks, read } = createAccountingReader(numbers)
  return (bytes, start, end, wanted) => {
    const kinds = classify(bytes, start, end, wanted) & ~GROUPS
    if (kinds & KIND.integer) return kinds | KIND.commaNumeric
    const text = bytes.toString('utf8', start, end)
    const [first, second] = marks.map((mark) => read(text, mark))
    if (first === undefined && second === undefined) return kinds & NUMBERS ? KIND.text : kinds
    const byFirst = kindsOfAmount(first)
    if (marks.length === 1) return byFirst | KIND.text
    const bySecond = kindsOfAmount(second)
    let found = KIND.text | byFirst
    if (bySecond !== 0) found |= KIND.commaNumeric
    if (byFirst !== 0 && bySecond !== 0 && first !== second) found |= KIND.twoAmounts
    return found
  }
}

/** The kinds that dates of the other order of day and month alone have. */
const otherOrder = (order: DateOrder): number =>
  order === 'dmy' ? kindsOfOrder('mdy') : order === 'mdy' ? kindsOfOrder('dmy') : 0

/** Reads dates that could be of two orders in the declared one, and years of two digits. */
function inOrder(inner: Classify, order: DateOrder): Classify {
  const others = otherOrder(order)
  return (bytes, start, end, wanted) => {
    const kinds = inner(bytes, start, end, wanted) & ~others
    if ((kinds & ~(KIND.text | KIND.shortDate)) !== 0) return kinds
    return KIND.text | shortYearKinds(bytes, start, end, order)
  }
}

/** Creates the classifier of a file's cells. @throws CsvError `invalid_dialect` */
export function createClassifier(numbers: NumberFormat, order?: DateOrder): Classify {
  const classifyNumbers = numbers.accounting ? asAmounts(numbers) : inFormat(numbers)
  return order === undefined ? classifyNumbers : inOrder(classifyNumbers, order)
}
