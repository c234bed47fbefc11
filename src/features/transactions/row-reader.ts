import type { DecimalMark } from '../../csv/types/accounting.ts'
import type { DateOrder } from '../../csv/types/decide.ts'
import type { NumberFormat } from '../../csv/types/number-format.ts'
import { createDateReader, TWO_WAYS } from '../../csv/types/read-date.ts'
import { AppError, bodyError, invalid } from '../../errors.ts'
import { TransactionCreate } from '../../generated/schemas.ts'
import { attempt, type Checked, itemReader } from '../../http/bulk.ts'
import { emailKey } from '../../lib/email.ts'
import { formatMoney } from '../../lib/money.ts'
import { draftTransaction, type TransactionDraft } from './fields.ts'
import { createRowAmount } from './row-amount.ts'
import { createRowReference } from './row-reference.ts'

/** A transaction of a file. It may name its user by e-mail address, and may lack a full name. */
export interface GivenTransaction {
  /** A user's id, or their e-mail address in lower case. */
  readonly owner: number | string
  /** Whether the row gives a full name. Otherwise the user's name is looked up. */
  readonly named: boolean
  readonly draft: TransactionDraft
}

export type RowReader = ReturnType<typeof createRowReader>

const readItem = itemReader<TransactionCreate>(TransactionCreate)

const WHOLE_NUMBER = /^\d{1,16}$/
/** A placeholder until the user is looked up. */
const PLACEHOLDER_ID = 1
const PLACEHOLDER = { id: BigInt(PLACEHOLDER_ID), name: '' }

const lacksOwner = () => invalid([bodyError('/user_email', 'required', 'is required')])

const ambiguousDate = () =>
  invalid([
    bodyError(
      '/transaction_date',
      'ambiguous',
      'could be read in two ways: send date_order with the import',
    ),
  ])

const otherCurrency = (field: string) =>
  invalid([bodyError(`/${field}`, 'other_currency', 'has another currency than its row')])

/** Tells errors of an amount by the field that has it in the file. */
const at = (field: string, { options }: AppError): AppError =>
  invalid(
    (options.errors ?? []).map((error) =>
      error.path === '/transaction_amount' ? { ...error, path: `/${field}` } : error,
    ),
  )

/** How the rows of a file are written. */
export interface RowFormat {
  readonly numbers: NumberFormat
  /** The order of dates that the request gives, or else that the file shows. */
  readonly givenOrder: DateOrder | undefined
  readonly foundOrder: DateOrder | undefined
  /** The decimal mark that the amounts of the file show. */
  readonly mark: DecimalMark | undefined
  /** Whether the file, a default or the request has a field. */
  has(field: string): boolean
  /** Whether rows without a reference get one from what they hold. */
  readonly hashReference: boolean
}

/** Reads the rows of files of transactions, by the same rules as `createTransaction`. */
export function createRowReader(defaultCurrency: string) {
  return {
    /** Creates the function that checks a row. A date and a time without an offset are UTC. */
    create(format: RowFormat) {
      const { numbers, givenOrder, foundOrder, mark, has, hashReference } = format
      const byEmail = has('user_email')
      const readDate = createDateReader(givenOrder, foundOrder)
      const amountOf = createRowAmount(numbers, has, mark)
      const referenceOf = hashReference ? createRowReference() : undefined
      return (values: Readonly<Record<string, string>>): Checked<GivenTransaction> => {
        const { user_email: email, user_id: id, transaction_date: day } = values
        if (byEmail && email === undefined) return lacksOwner()
        const date = day === undefined ? undefined : readDate(day)
        if (date === TWO_WAYS) return ambiguousDate()
        const amount = amountOf(values)
        if (amount instanceof AppError) return amount
        const { debit, credit, user_email, ...rest } = values
        const currency = values['currency'] ?? amount.currency
        if (amount.currency !== undefined && amount.currency !== currency)
          return otherCurrency(amount.field)
        const item = {
          ...rest,
          ...(id !== undefined && { user_id: WHOLE_NUMBER.test(id) ? Number(id) : id }),
          ...(byEmail && { user_id: PLACEHOLDER_ID }),
          ...(date !== undefined && { transaction_date: date }),
          ...(currency !== undefined && { currency }),
          ...(amount.type !== '' && { transaction_type: amount.type }),
          transaction_amount: amount.amount,
        }
        const input = readItem(item)
        if (input instanceof AppError) return at(amount.field, input)
        const draft = attempt(() => draftTransaction(input, PLACEHOLDER, defaultCurrency))
        if (draft instanceof AppError) return at(amount.field, draft)
        const owner = byEmail ? emailKey(email as string) : input.user_id
        const reference = draft.reference ?? referenceOf?.(owner, draft) ?? null
        return { owner, named: input.full_name !== undefined, draft: { ...draft, reference } }
      }
    },

    /** The fields of a transaction as texts. */
    show({ owner, named, draft }: GivenTransaction): Record<string, string | null> {
      const { date, amount, type, currency, description, reference, fullName } = draft
      return {
        [typeof owner === 'number' ? 'user_id' : 'user_email']: String(owner),
        transaction_date: date.toISOString(),
        transaction_amount: formatMoney(amount, currency),
        transaction_type: type,
        currency,
        full_name: named ? fullName : null,
        description,
        reference,
      }
    },
  }
}
