import type { Static } from 'typebox'
import { invalid } from '../../errors.ts'
import type { listUsers } from '../../generated/operations.ts'
import type { FieldCrypto } from '../../platform/crypto.ts'
import { readPaging } from '../../platform/paging.ts'
import type { Prisma } from '../../platform/prisma.ts'
import { queryTokens } from './blind-search.ts'
import { emailIndex, nameIndex, type UserRecord } from './users.fields.ts'

export type UserQuery = Static<typeof listUsers.schema.querystring>

const COLUMNS = { id: 'id', age: 'age', created_at: 'createdAt', updated_at: 'updatedAt' } as const
type SortValue = string | number | null

interface Position {
  readonly value: SortValue
  readonly id: bigint
}

function sortOf(sort: UserQuery['sort']) {
  const name = sort.replace('-', '') as keyof typeof COLUMNS
  return { name, column: COLUMNS[name], descending: sort.startsWith('-') }
}

/** The filters of a list as a condition on encrypted rows. */
export function userFilter(crypto: FieldCrypto, query: UserQuery): Prisma.UserWhereInput {
  const { q, name, email, min_age, max_age, pincode } = query
  const tokens = q === undefined ? undefined : queryTokens(crypto, q)
  if (q !== undefined && tokens === undefined) {
    throw invalid([
      { path: 'query.q', code: 'too_short', message: 'must have a word of 2 characters or more' },
    ])
  }
  return {
    ...(tokens && { searchIndex: { hasEvery: tokens } }),
    ...(name !== undefined && { nameIndex: nameIndex(crypto, name) }),
    ...(email !== undefined && { emailIndex: emailIndex(crypto, email) }),
    ...((min_age !== undefined || max_age !== undefined) && {
      age: {
        ...(min_age !== undefined && { gte: min_age }),
        ...(max_age !== undefined && { lte: max_age }),
      },
    }),
    ...(pincode !== undefined && { pincode }),
  }
}

/** Order by the column asked for, users without a value last, ids as the tie-breaker. */
export function userOrder(sort: UserQuery['sort']): Prisma.UserOrderByWithRelationInput[] {
  const { column, descending } = sortOf(sort)
  const direction = descending ? 'desc' : 'asc'
  if (column === 'id') return [{ id: direction }]
  const first =
    column === 'age'
      ? { age: { sort: direction, nulls: 'last' } as const }
      : { [column]: direction }
  return [first, { id: direction }]
}

/** PostgreSQL knows no year 0. */
const TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Whether a value of a cursor can have come from the column that is sorted by. */
function isSortValue(name: keyof typeof COLUMNS, value: unknown): value is SortValue {
  if (name === 'id') return Number.isSafeInteger(value)
  if (name === 'age')
    return value === null || (Number.isInteger(value) && Math.abs(value as number) <= 150)
  return typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))
}

/** Reads page, cursor and their limits for a list in this order. */
export function userPaging(query: UserQuery) {
  const { name } = sortOf(query.sort)
  return readPaging(query, ([sort, value, id]): Position | undefined => {
    if (sort !== query.sort || !isSortValue(name, value)) return undefined
    return Number.isSafeInteger(id) ? { value, id: BigInt(id as number) } : undefined
  })
}

/** What a cursor after this user holds. */
export function userPosition(sort: UserQuery['sort'], user: UserRecord): readonly unknown[] {
  const value = user[sortOf(sort).column]
  return [
    sort,
    value instanceof Date ? value.toISOString() : value === null ? null : Number(value),
    Number(user.id),
  ]
}

/** The condition that holds for everything after a position in this order. */
export function userAfter(sort: UserQuery['sort'], { value, id }: Position): Prisma.UserWhereInput {
  const { column, descending } = sortOf(sort)
  const beyond = (limit: unknown) => (descending ? { lt: limit } : { gt: limit })
  if (column === 'id') return { id: beyond(id) as Prisma.BigIntFilter }
  if (value === null) return { [column]: null, id: beyond(id) as Prisma.BigIntFilter }
  return {
    OR: [
      { [column]: beyond(value) },
      { [column]: value, id: beyond(id) as Prisma.BigIntFilter },
      ...(column === 'age' ? [{ age: null }] : []),
    ],
  }
}
