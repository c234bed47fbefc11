import { Prisma } from '../../database/client.ts'
import { slotColumn } from '../../lib/slot-column.ts'
import type { queryTokens } from './blind-search.ts'

/**
 * Whether a user has these tokens. Their index leaves out users without a name under the same key, so the condition says so.
 *
 * @param user the row of `users`
 */
export function hasTokens(
  { slot, tokens }: NonNullable<ReturnType<typeof queryTokens>>,
  user: 'u' | 'users',
): Prisma.Sql {
  const column = (name: string) => Prisma.raw(`${user}.${slotColumn(name, slot)}`)
  return Prisma.sql`(${column('search_index')} @> ${tokens.map(String)}::bigint[]
    AND ${column('name_index')} IS NOT NULL)`
}
