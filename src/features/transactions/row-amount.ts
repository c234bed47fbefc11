import type { DecimalMark } from '../../csv/types/accounting.ts'
import type { NumberFormat } from '../../csv/types/number-format.ts'
import { createAmountReader, type ReadAmount } from '../../csv/types/read-amount.ts'
import { TWO_WAYS } from '../../csv/types/read-date.ts'
import { type AppError, bodyError, invalid } from '../../errors.ts'
import type { TransactionType } from '../../generated/schemas.ts'
import type { Checked } from '../../http/bulk.ts'

type Values = Readonly<Record<string, string>>

/** Amount, type and currency of a row, as they are sent to create a transaction. */
export interface RowAmount {
  /** The field that has the amount. */
  readonly field: string
  readonly amount: string
  readonly type: string
  /** The code of the currency in the cell of the amount. */
  readonly currency?: string
}

/** Words of banks for the two types, in any case. Others are refused. */
const TYPE_WORDS: ReadonlyMap<string, TransactionType> = new Map([
  ...['credit', 'cr', 'c', 'haben', 'h', 'bij'].map((word) => [word, 'credit'] as const),
  ...['debit', 'dr', 'd', 'soll', 's', 'af'].map((word) => [word, 'debit'] as const),
])

const CODE = /^[A-Z]{3}$/
/** Signs of one currency alone. */
const CODES_OF_SIGNS: ReadonlyMap<string, string> = new Map([
  ['€', 'EUR'],
  ['₹', 'INR'],
  ['zł', 'PLN'],
  ['Kč', 'CZK'],
  ['R$', 'BRL'],
  ['US$', 'USD'],
])
const IS_ZERO = /^[0.]*$/

const refusal = (field: string, code: string, message: string): AppError =>
  invalid([bodyError(`/${field}`, code, message)])

const twoWays = (field: string) =>
  refusal(field, 'ambiguous', 'could be read in two ways: send decimal with the import')

const codeOf = (currency: string): string | undefined =>
  CODE.test(currency) ? currency : CODES_OF_SIGNS.get(currency)

/**
 * Creates the function that reads the amount of a row: of one column, whose sign decides the type
 * where the file has no column for it, or of two columns for debits and credits.
 *
 * @param has whether the file has a field
 * @param mark the decimal mark that the amounts of the file show
 */
export function createRowAmount(
  numbers: NumberFormat,
  has: (field: string) => boolean,
  mark: DecimalMark | undefined,
): (values: Values) => Checked<RowAmount> {
  const read = createAmountReader(numbers, mark)
  const hasType = has('transaction_type')
  /** Whether debits have a minus. The first one of the file decides. */
  let minusDebits: boolean | undefined

  const given = (field: string, found: ReadAmount, type: string): RowAmount => {
    const currency = codeOf(found.currency)
    return { field, amount: found.digits, type, ...(currency && { currency }) }
  }

  function ofOne(values: Values): Checked<RowAmount> {
    const field = 'transaction_amount'
    const text = values[field]
    const word = values['transaction_type'] ?? ''
    if (text === undefined) return refusal(field, 'required', 'is required')
    const found = read(text)
    if (found === TWO_WAYS) return twoWays(field)
    const type = hasType ? (TYPE_WORDS.get(word.toLowerCase()) ?? word) : 'credit'
    if (found === undefined) return { field, amount: text, type }
    if (!hasType) return given(field, found, found.negative ? 'debit' : 'credit')
    // A minus before a credit contradicts it, and is refused as the sign that it is.
    return found.negative && type !== 'debit'
      ? { field, amount: text, type }
      : given(field, found, type)
  }

  /** An amount of one of two columns; undefined for an empty cell, and for zero. */
  function cellOf(values: Values, field: string): Checked<RowAmount> | undefined {
    const text = values[field]
    if (text === undefined) return undefined
    const found = read(text)
    if (found === TWO_WAYS) return twoWays(field)
    if (found === undefined) return { field, amount: text, type: field }
    if (IS_ZERO.test(found.digits)) return undefined
    if (field === 'debit') minusDebits ??= found.negative
    const wanted = field === 'debit' && minusDebits
    return found.negative === wanted
      ? given(field, found, field)
      : refusal(field, 'sign', 'has another sign than the amounts of its column')
  }

  function ofTwo(values: Values): Checked<RowAmount> {
    const [debit, credit] = [cellOf(values, 'debit'), cellOf(values, 'credit')]
    if (debit !== undefined && credit !== undefined)
      return refusal('credit', 'two_amounts', 'has an amount beside that of the debit')
    return debit ?? credit ?? refusal('debit', 'required', 'or credit has to have an amount')
  }

  return has('debit') ? ofTwo : ofOne
}
