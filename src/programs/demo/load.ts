import { StartupError } from '../../errors.ts'
import type { UserBulkItem } from '../../generated/schemas.ts'
import { emailKey } from '../../lib/email.ts'
import type { Client } from './client.ts'
import type { Input } from './input.ts'
import { batches } from './lists.ts'

/** As many as one request may have. */
const BATCH = 1_000

/**
 * Creates many users or transactions.
 *
 * @returns what became of each, in their order; a transaction's item has no user
 * @throws StartupError naming the line of the first that the service refuses
 */
async function create(
  client: Client,
  list: 'users' | 'transactions',
  rows: readonly { readonly line: number; readonly body: object }[],
): Promise<UserBulkItem[]> {
  const items: UserBulkItem[] = []
  for (const batch of batches(rows, BATCH)) {
    const body = { mode: 'partial', [list]: batch.map((row) => row.body) }
    const path = `/v1/${list}/bulk`
    for (const item of (await client.call<{ results: UserBulkItem[] }>(path, body)).results) {
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
export async function loadUsers(client: Client, users: Input['users']) {
  const items = await create(client, 'users', users)
  const emails = users.map(({ body }) => emailKey(body.email))
  return new Map(emails.map((email, index) => [email, items[index]?.user?.id as number]))
}

/** Books transactions. */
export async function loadTransactions(
  client: Client,
  transactions: Input['transactions'],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = transactions.map(({ line, email, body }) => {
    const id = ids.get(email)
    if (id !== undefined) return { line, body: { ...body, user_id: id } }
    throw new StartupError(`Line ${line} of the transactions names no user of the users file.`)
  })
  await create(client, 'transactions', rows)
}
