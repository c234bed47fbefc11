import { mapConcurrently } from '../concurrent.ts'
import type { TransactionInput } from '../input/input.ts'
import type { Client } from './client.ts'
import type { LoadedUser } from './load-users.ts'

const CONCURRENCY = 8

/**
 * What users that were there before the run have beside the input: the transactions in their ledgers
 * under another reference or none. Figures hold these too, so that whoever checks figures has to know
 * of them; what the input says of its own transactions is not asked from the service.
 */
export async function readOthers(
  client: Client,
  users: readonly LoadedUser[],
  transactions: readonly TransactionInput[],
): Promise<TransactionInput[]> {
  const existing = users.filter((user) => user.existed)
  const known = new Set<string>()
  const key = (email: string, reference: string) => JSON.stringify([email, reference])
  if (existing.length > 0) {
    for (const { userEmail, reference } of transactions) known.add(key(userEmail, reference))
  }
  const others = await mapConcurrently(existing, CONCURRENCY, async ({ id, email }) =>
    (await client.readLedger(id))
      .filter(({ reference }) => reference === undefined || !known.has(key(email, reference)))
      .map((transaction) => ({
        line: 0,
        userEmail: email,
        reference: transaction.reference ?? `transaction ${transaction.id}`,
        date: transaction.transaction_date,
        type: transaction.transaction_type,
        amount: transaction.transaction_amount,
        currency: transaction.currency,
      })),
  )
  return others.flat()
}
