import { StartupError } from '../../../errors.ts'
import type { TransactionBulkItem, TransactionCreate } from '../../../generated/schemas.ts'
import { mapConcurrently } from '../concurrent.ts'
import type { TransactionInput } from '../input/input.ts'
import type { Progress } from '../progress.ts'
import type { Client } from './client.ts'
import type { LoadedUser } from './load-users.ts'

/** As many as one request may have. */
const BATCH = 1_000
/** One request is read and checked by the service while PostgreSQL stores the other. */
const CONCURRENCY = 2

/** What became of the transactions. */
export interface Booked {
  readonly created: number
  /** Booked by a run before. */
  readonly present: number
}

function toRequest(userId: number, transaction: TransactionInput): TransactionCreate {
  const { reference, date, type, amount, currency, description } = transaction
  return {
    user_id: userId,
    transaction_date: date,
    transaction_amount: amount,
    transaction_type: type,
    currency,
    reference,
    ...(description !== undefined && { description }),
  }
}

/** @throws StartupError unless the item was booked now or before */
function assertBooked({ status, error }: TransactionBulkItem, line: number | undefined): void {
  if (status === 201 || error?.code === 'reference_taken') return
  const [first] = error?.errors ?? []
  const reason = first ? `${first.path.slice(1)} ${first.message}` : (error?.code ?? status)
  throw new StartupError(`The service refused the transaction on line ${line}: ${reason}.`)
}

/**
 * Books transactions, 1,000 to a request.
 *
 * @throws StartupError naming the line of a transaction that the service refuses
 */
export async function loadTransactions(
  client: Client,
  transactions: readonly TransactionInput[],
  users: readonly LoadedUser[],
  progress: Progress,
): Promise<Booked> {
  const ids = new Map(users.map(({ email, id }) => [email, id]))
  const batches = Array.from({ length: Math.ceil(transactions.length / BATCH) }, (_, index) =>
    transactions.slice(index * BATCH, (index + 1) * BATCH),
  )
  const created = await mapConcurrently(batches, CONCURRENCY, async (batch) => {
    const requests = batch.map((item) => toRequest(ids.get(item.userEmail) as number, item))
    const result = await client.bookTransactions(requests)
    for (const item of result.results) assertBooked(item, batch[item.index]?.line)
    progress.advance(batch.length)
    return result.created
  })
  const sum = created.reduce((a, b) => a + b, 0)
  return { created: sum, present: transactions.length - sum }
}
