import {
  bulkCreateTransactions,
  bulkCreateUsers,
  type Passbook,
  type TransactionBulkItem,
  type UserBulkItem,
} from '#sdk'
import { StartupError } from '../../errors.ts'
import { emailKey } from '../../lib/email.ts'
import type { Input } from './input.ts'
import { batches } from './lists.ts'

/** As many as one request may have. */
const BATCH = 1_000

interface Row<Body> {
  readonly line: number
  readonly body: Body
}

/**
 * Creates many users or transactions.
 *
 * @param send creates a batch
 * @returns what became of each, in their order
 * @throws StartupError naming the line of the first that the service refuses
 */
async function create<Body, Item extends UserBulkItem | TransactionBulkItem>(
  list: 'users' | 'transactions',
  rows: readonly Row<Body>[],
  send: (bodies: Body[]) => Promise<readonly Item[]>,
): Promise<Item[]> {
  const items: Item[] = []
  for (const batch of batches(rows, BATCH)) {
    for (const item of await send(batch.map(({ body }) => body))) {
      items.push(item)
      if (item.error === undefined) continue
      const { code, errors: [first] = [] } = item.error
      const reason = first ? `${first.path.slice(1)} ${first.message}` : code
      const line = batch[item.index]?.line
      throw new StartupError(`The service refused line ${line} of the ${list}: ${reason}.`)
    }
  }
  return items
}

/** Creates users. @returns their ids, by the keys of their email addresses */
export async function loadUsers(client: Passbook, users: Input['users']) {
  const items = await create('users', users, async (bodies) => {
    const { data } = await bulkCreateUsers({ client, body: { mode: 'partial', users: bodies } })
    return data.results
  })
  const emails = users.map(({ body }) => emailKey(body.email))
  return new Map(emails.map((email, index) => [email, items[index]?.user?.id as number]))
}

/** Books transactions. */
export async function loadTransactions(
  client: Passbook,
  transactions: Input['transactions'],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = transactions.map(({ line, email, body }) => {
    const id = ids.get(email)
    if (id !== undefined) return { line, body: { ...body, user_id: id } }
    throw new StartupError(`Line ${line} of the transactions names no user of the users file.`)
  })
  await create('transactions', rows, async (bodies) => {
    const body = { mode: 'partial' as const, transactions: bodies }
    return (await bulkCreateTransactions({ client, body })).data.results
  })
}
