import { utcDay } from '../day.ts'
import { minorDigits, toMinor } from '../money.ts'
import { type Row, readCsv } from './csv.ts'
import type { TransactionInput, UserInput } from './input.ts'

const COLUMNS = {
  required: ['user_email', 'transaction_date', 'transaction_type', 'transaction_amount'],
  optional: ['reference', 'currency', 'description'],
}

/** What a row without a currency is booked in, whatever the service's default is. */
const CURRENCY = 'USD'

/** The currency, and the amount when the currency can hold it. */
function readMoney(row: Row) {
  const currency = row.cell('currency') ?? CURRENCY
  const digits = minorDigits(currency)
  if (digits === undefined) throw row.bad('currency is not a code of ISO 4217 such as USD')
  const amount = row.required('transaction_amount')
  const minor = toMinor(amount, digits)
  if (minor === undefined || minor === 0n) {
    throw row.bad(
      `transaction_amount is not a decimal number above 0 and below 10000000000000 with at most ${digits} decimals, as ${currency} has`,
    )
  }
  return { currency, amount }
}

function toTransaction(row: Row): TransactionInput {
  const date = row.required('transaction_date')
  if (utcDay(date) === undefined) {
    throw row.bad('transaction_date is neither a date (2026-01-31) nor a date-time with an offset')
  }
  const type = row.required('transaction_type')
  if (type !== 'credit' && type !== 'debit') {
    throw row.bad('transaction_type is neither credit nor debit')
  }
  // The line names a transaction without a reference, so that a second run finds it booked.
  const reference = row.cell('reference') ?? `line-${row.line}`
  if (reference.length > 100) throw row.bad('reference has more than 100 characters')
  const description = row.cell('description')
  if (description !== undefined && (description.length > 500 || description.includes('\0'))) {
    throw row.bad('description has more than 500 characters, or the character U+0000')
  }
  return {
    line: row.line,
    userEmail: row.required('user_email').toLowerCase(),
    reference,
    date,
    type,
    ...readMoney(row),
    ...(description !== undefined && { description }),
  }
}

/**
 * Reads transactions of these users from a CSV file with the columns `user_email`,
 * `transaction_date`, `transaction_type`, `transaction_amount` and, optionally, `reference`,
 * `currency` (USD where empty), `description`.
 *
 * @throws StartupError naming the first line that cannot be used
 */
export async function readTransactions(
  path: string,
  users: readonly UserInput[],
): Promise<TransactionInput[]> {
  const emails = new Set(users.map((user) => user.email.toLowerCase()))
  const lines = new Map<string, number>()
  return (await readCsv(path, COLUMNS)).map((row) => {
    const transaction = toTransaction(row)
    const { userEmail, reference } = transaction
    if (!emails.has(userEmail)) throw row.bad('user_email is not one of the users file')
    const key = JSON.stringify([userEmail, reference])
    const first = lines.get(key)
    if (first !== undefined) {
      throw row.bad(`reference is the same as on line ${first}, for the same user`)
    }
    lines.set(key, row.line)
    return transaction
  })
}
