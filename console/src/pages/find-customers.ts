import { listUsers, type User } from '#sdk'
import { client } from '../app/client.ts'

/** How many customers a search shows. */
const MAX_SHOWN = 50

/** Shorter texts would find half of all customers. */
export const MIN_LENGTH = 2

export interface Found {
  readonly users: readonly User[]
  readonly hasMore: boolean
}

/** Customers that a text finds, the newest for less than two letters. */
export async function findCustomers(
  text: string,
  signal: AbortSignal,
): Promise<{ readonly data: Found }> {
  const words = text.trim()
  const query = words.length < MIN_LENGTH ? { sort: '-id' as const } : { find: words }
  const { data } = await listUsers({
    client,
    signal,
    query: { ...query, per_page: MAX_SHOWN, cursor: '' },
  })
  return { data: { users: data, hasMore: data.length === MAX_SHOWN } }
}
