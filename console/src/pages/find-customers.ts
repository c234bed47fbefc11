import { type ListUsersData, listUsers, type User } from '#sdk'
import { client } from '../app/client.ts'

/** How many customers a search shows. */
const MAX_SHOWN = 50

export interface Found {
  readonly users: readonly User[]
  readonly hasMore: boolean
}

/** Customers that a text finds, the newest without a text. */
export async function findCustomers(
  text: string,
  signal: AbortSignal,
): Promise<{ readonly data: Found }> {
  const words = text.trim()
  const query: ListUsersData['query'] =
    words === '' ? { sort: '-id' } : words.length === 1 ? { pincode: words } : { q: words }
  const { data } = await listUsers({
    client,
    signal,
    query: { ...query, per_page: MAX_SHOWN, cursor: '' },
  })
  return { data: { users: data, hasMore: data.length === MAX_SHOWN } }
}
