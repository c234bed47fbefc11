import { Prisma } from '../../database/client.ts'
import { slotColumn } from '../../lib/slot-column.ts'
import type { queryTokens } from './blind-search.ts'

/**
 * Whether a user has these tokens.
 *
 * @param user the row of `users`
 */
export function hasTokens(
  { slot, tokens }: NonNullable<ReturnType<typeof queryTokens>>,
  user: 'u' | 'users',
): Prisma.Sql {
  const column = Prisma.raw(`${user}.${slotColumn('search_index', slot)}`)
  return Prisma.sql`${column} @> ${tokens.map(String)}::bigint[]`
}
