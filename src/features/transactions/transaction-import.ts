import { createNumberReader, type NumberFormat } from '../../csv/types/number-format.ts'
import type { LoadConnection } from '../../database/copy-in.ts'
import { AppError, bodyError, invalid } from '../../errors.ts'
import { TransactionCreate } from '../../generated/schemas.ts'
import { attempt, type Checked, itemReader } from '../../http/bulk.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import type { UserLookup } from '../users/users.public.ts'
import { draftTransaction } from './fields.ts'
import { type GivenTransaction, TransactionLoad } from './store-transactions.ts'

interface Deps {
  readonly crypto: FieldCrypto
  readonly lookup: UserLookup
  readonly defaultCurrency: string
}

export type TransactionImport = ReturnType<typeof createTransactionImport>

const readItem = itemReader<TransactionCreate>(TransactionCreate)

const SPACED = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$/
const WHOLE = /^\d{1,16}$/
/** Stands in for the user until they are looked up. */
const SOMEBODY_ID = 1
const SOMEBODY = { id: BigInt(SOMEBODY_ID), name: '' }

const lacksOwner = () => invalid([bodyError('/user_email', 'required', 'is required')])

/** Loads transactions from a file, by the rules of single ones. */
export function createTransactionImport({ crypto, lookup, defaultCurrency }: Deps) {
  return {
    /**
     * Makes the check of a row. A date and a time with a blank between them and no offset are of UTC.
     *
     * @param numbers how amounts are written
     * @param byEmail whether rows name their user by address
     */
    reader(numbers: NumberFormat, byEmail: boolean) {
      const readNumber = createNumberReader(numbers)
      return (values: Readonly<Record<string, string>>): Checked<GivenTransaction> => {
        const { user_email: email, user_id: id, transaction_date, transaction_amount } = values
        if (byEmail && email === undefined) return lacksOwner()
        const item: Record<string, string | number> = { ...values }
        if (byEmail) {
          delete item['user_email']
          item['user_id'] = SOMEBODY_ID
        } else if (id !== undefined && WHOLE.test(id)) item['user_id'] = Number(id)
        if (transaction_date?.[10] === ' ') {
          item['transaction_date'] = transaction_date.replace(SPACED, '$1T$2Z')
        }
        if (readNumber !== undefined && transaction_amount !== undefined) {
          item['transaction_amount'] = readNumber(transaction_amount) ?? transaction_amount
        }
        const input = readItem(item)
        if (input instanceof AppError) return input
        const draft = attempt(() => draftTransaction(input, SOMEBODY, defaultCurrency))
        if (draft instanceof AppError) return draft
        const owner = byEmail ? (email as string).toLowerCase() : input.user_id
        return { owner, named: input.full_name !== undefined, draft }
      }
    },

    /** @param withReferences whether any row can have one: those that are there already are left out */
    open(connection: LoadConnection, requestId: string, withReferences: boolean): TransactionLoad {
      return new TransactionLoad({ connection, crypto, lookup, requestId, withReferences })
    },
  }
}
