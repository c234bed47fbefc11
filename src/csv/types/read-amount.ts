import { createAccountingReader, type DecimalMark } from './accounting.ts'
import { createNumberReader, type NumberFormat } from './number-format.ts'
import { TWO_WAYS } from './read-date.ts'

/** An amount of a cell. */
export interface ReadAmount {
  readonly negative: boolean
  /** Digits with a point, without a sign. */
  readonly digits: string
  /** The code or sign of the currency in the cell; '' without one. */
  readonly currency: string
}

const signed = (plain: string, currency: string): ReadAmount => {
  const negative = plain.startsWith('-')
  const digits = negative ? plain.slice(1) : plain
  return { negative, digits: digits.startsWith('.') ? `0${digits}` : digits, currency }
}

/** Finds the decimal marks by which an amount can be read, if they make two numbers of it. */
export function createFindMarks(format: NumberFormat) {
  const reader = createAccountingReader(format)
  return (text: string): readonly DecimalMark[] => {
    const read = reader.marks.map((mark) => [mark, reader.read(text, mark)] as const)
    const found = read.filter(([, plain]) => plain !== undefined)
    const isSame = found.length === 2 && found[0]?.[1] === found[1]?.[1]
    return isSame ? [] : found.map(([mark]) => mark)
  }
}

/**
 * Creates the function that reads an amount in the given format.
 *
 * @param found the decimal mark that other amounts of the file show
 * @returns {@link TWO_WAYS} for an amount that either mark makes one of, or undefined for none
 */
export function createAmountReader(format: NumberFormat, found?: DecimalMark) {
  if (!format.accounting) {
    const readNumber = createNumberReader(format)
    return (text: string): ReadAmount | undefined => {
      const plain = readNumber === undefined ? text : readNumber(text)
      return plain === undefined ? undefined : signed(plain, '')
    }
  }
  const { read, currencyOf } = createAccountingReader(format)
  const findMarks = createFindMarks(format)
  return (text: string): ReadAmount | typeof TWO_WAYS | undefined => {
    const marks = findMarks(text)
    if (marks.length === 2 && found === undefined) return TWO_WAYS
    const plain = read(text, found ?? marks[0] ?? '.')
    return plain === undefined ? undefined : signed(plain, currencyOf(text))
  }
}
