import type { Static } from 'typebox'
import { Prisma } from '../../database/client.ts'
import { invalid, queryError } from '../../errors.ts'
import type { listUsers } from '../../generated/operations.ts'
import { readPaging } from '../../http/paging.ts'
import { caseless } from '../../lib/caseless.ts'
import type { FieldCrypto, LookUp } from '../../lib/crypto.ts'
import { slotColumn } from '../../lib/slot-column.ts'
import { queryTokens } from './blind-search.ts'
import { emailLookUp, nameLookUp, type UserRecord } from './fields.ts'
import { findAnything, hasAnything } from './find-anything.ts'
import { hasTokens } from './has-tokens.ts'

export type UserQuery = Static<typeof listUsers.schema.querystring>

const RECORD_FIELDS = {
  id: 'id',
  age: 'age',
  created_at: 'createdAt',
  updated_at: 'updatedAt',
} as const

type Column = keyof typeof RECORD_FIELDS
type SortValue = string | number | null

/** A place in an order: after the user of this id, who has this value. */
export interface Position {
  readonly value: SortValue
  readonly id: bigint
}

/** By which column of `users` a list is ordered; ids break ties in the same direction. */
export interface UserOrder {
  readonly column: Column
  readonly descending: boolean
}

export const userOrder = (sort: UserQuery['sort']): UserOrder => ({
  column: sort.replace('-', '') as Column,
  descending: sort.startsWith('-'),
})

const matches = (column: string, { slot, index }: LookUp) =>
  Prisma.sql`u.${Prisma.raw(slotColumn(column, slot))} = ${index}`

/**
 * The filters of a list as conditions on the encrypted rows of `users u`; none when nothing is filtered.
 *
 * @param forEach whether they are asked of one row after the other, or name their matches by indexes
 * @throws AppError 422 for a search without a word
 */
export function userFilters(crypto: FieldCrypto, query: UserQuery, forEach = false): Prisma.Sql[] {
  const { q, find, name, email, min_age, max_age, company, bank, pincode } = query
  const tokens = q === undefined ? undefined : queryTokens(crypto, q)
  if (q !== undefined && tokens === undefined) {
    throw invalid([queryError('q', 'too_short', 'must have a word of 2 characters or more')])
  }
  const filters = [
    email !== undefined && matches('email_index', emailLookUp(crypto, email)),
    name !== undefined && matches('name_index', nameLookUp(crypto, name)),
    tokens && hasTokens(tokens, 'u'),
    find !== undefined && (forEach ? hasAnything(crypto, find) : findAnything(crypto, find)),
    pincode !== undefined && Prisma.sql`u.pincode COLLATE "C" = ${pincode}`,
    min_age !== undefined && Prisma.sql`u.age >= ${min_age}::smallint`,
    max_age !== undefined && Prisma.sql`u.age <= ${max_age}::smallint`,
    company !== undefined &&
      Prisma.sql`EXISTS (
        SELECT FROM employments WHERE user_id = u.id AND is_current
          AND company_key = ${caseless(company)})`,
    bank !== undefined &&
      Prisma.sql`EXISTS (
        SELECT FROM bank_accounts WHERE user_id = u.id AND bank_key = ${caseless(bank)})`,
  ]
  return filters.filter((filter) => filter instanceof Prisma.Sql)
}

/** Whether the indexes of all filters have users in the order of their ids. */
export const filtersById = ({ q, find, name, email, min_age, max_age }: UserQuery): boolean =>
  [q, find, name, email, min_age, max_age].every((filter) => filter === undefined)

/** PostgreSQL knows no year 0. */
const TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Whether a value of a cursor can have come from the column that is sorted by. */
function isSortValue(column: Column, value: unknown): value is SortValue {
  if (column === 'id') return Number.isSafeInteger(value)
  if (column === 'age')
    return value === null || (Number.isInteger(value) && Math.abs(value as number) <= 150)
  return typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))
}

/** Reads page, cursor and their limits for a list in this order. */
export function userPaging(query: UserQuery) {
  const { column } = userOrder(query.sort)
  return readPaging(query, ([sort, value, id]): Position | undefined => {
    if (sort !== query.sort || !isSortValue(column, value)) return undefined
    return Number.isSafeInteger(id) ? { value, id: BigInt(id as number) } : undefined
  })
}

/** What a cursor after this user holds. */
export function userPosition(sort: UserQuery['sort'], user: UserRecord): readonly unknown[] {
  const value = user[RECORD_FIELDS[userOrder(sort).column]]
  return [
    sort,
    value instanceof Date ? value.toISOString() : value === null ? null : Number(value),
    Number(user.id),
  ]
}
