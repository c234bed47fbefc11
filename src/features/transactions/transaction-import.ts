import { createNumberReader, type NumberFormat } from '../../csv/types/number-format.ts'
import type { LoadConnection } from '../../database/copy-in.ts'
import { AppError, bodyError, invalid } from '../../errors.ts'
import { TransactionCreate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { attempt, type Checked, itemReader } from '../../http/bulk.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { emailKey } from '../../lib/email.ts'
import type { UserLookup } from '../users/users.public.ts'
import { draftTransaction } from './fields.ts'
import { type GivenTransaction, TransactionLoad } from './transaction-load.ts'

interface Deps {
  readonly crypto: FieldCrypto
  readonly lookup: UserLookup
  readonly defaultCurrency: string
}

export type TransactionImport = ReturnType<typeof createTransactionImport>

const readItem = itemReader<TransactionCreate>(TransactionCreate)

const DATE_SPACE_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$/
const WHOLE_NUMBER = /^\d{1,16}$/
/** A placeholder until the user is looked up. */
const PLACEHOLDER_ID = 1
const PLACEHOLDER = { id: BigInt(PLACEHOLDER_ID), name: '' }

const lacksOwner = () => invalid([bodyError('/user_email', 'required', 'is required')])

/** Loads transactions from a file, by the same rules as `createTransaction`. */
export function createTransactionImport({ crypto, lookup, defaultCurrency }: Deps) {
  return {
    /**
     * Creates the function that checks a row. A date and a time with a space between them and no
     * offset are taken as UTC.
     *
     * @param numbers the format of amounts
     * @param byEmail whether rows name their user by e-mail address
     */
    reader(numbers: NumberFormat, byEmail: boolean) {
      const readNumber = createNumberReader(numbers)
      return (values: Readonly<Record<string, string>>): Checked<GivenTransaction> => {
        const { user_email: email, user_id: id, transaction_date, transaction_amount } = values
        if (byEmail && email === undefined) return lacksOwner()
        const item: Record<string, string | number> = { ...values }
        if (byEmail) {
          delete item['user_email']
          item['user_id'] = PLACEHOLDER_ID
        } else if (id !== undefined && WHOLE_NUMBER.test(id)) item['user_id'] = Number(id)
        if (transaction_date?.[10] === ' ') {
          item['transaction_date'] = transaction_date.replace(DATE_SPACE_TIME, '$1T$2Z')
        }
        if (readNumber !== undefined && transaction_amount !== undefined) {
          item['transaction_amount'] = readNumber(transaction_amount) ?? transaction_amount
        }
        const input = readItem(item)
        if (input instanceof AppError) return input
        const draft = attempt(() => draftTransaction(input, PLACEHOLDER, defaultCurrency))
        if (draft instanceof AppError) return draft
        const owner = byEmail ? emailKey(email as string) : input.user_id
        return { owner, named: input.full_name !== undefined, draft }
      }
    },

    /**
     * @param caller the account that loads
     * @param withReferences whether rows have references: those that exist already are skipped
     */
    open(
      connection: LoadConnection,
      caller: Caller,
      requestId: string,
      withReferences: boolean,
    ): TransactionLoad {
      return new TransactionLoad({ connection, crypto, lookup, caller, requestId, withReferences })
    },
  }
}
