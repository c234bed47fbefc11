import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Database, openDatabase, Prisma } from '../../src/database/client.ts'
import { emailLookUp, encryptUser } from '../../src/features/users/fields.ts'
import {
  filtersById,
  type UserQuery,
  userFilters,
  userOrder,
  userPaging,
} from '../../src/features/users/list.ts'
import { readUserPage } from '../../src/features/users/page.ts'
import { listUsers } from '../../src/generated/operations.ts'
import { encodeCursor } from '../../src/http/paging.ts'
import { createFieldCrypto } from '../../src/lib/crypto.ts'
import { createEncryptionKeys } from '../../src/lib/encryption-keys.ts'
import { createLog } from '../../src/lib/log.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'

const SORTS = listUsers.schema.querystring.properties.sort.enum
const USERS = 100_000
const TABLES = ['users', 'employments', 'bank_accounts']
const crypto = createFieldCrypto(createEncryptionKeys())
/** The words of the one person whom all rows share a beginning or a whole word with. */
const columns = encryptUser(crypto, 1n, 'Common Rare', undefined)
const [common, , , , , rare] = columns.searchIndex

let database: TestDatabase

/**
 * Users without readable names: every fifth has the token of `co`, every thousandth that of `ra`; ages, postal
 * codes, companies and banks are some common, some rare.
 */
beforeAll(async () => {
  database = await createTestDatabase()
  await database.query(
    `INSERT INTO users (name, name_index, email_index, search_index, age, pincode, created_at, updated_at)
     SELECT '', CASE WHEN n % 500 = 0 THEN $1 ELSE decode(md5(n::text), 'hex') END,
       CASE WHEN n = 7 THEN $2 ELSE decode(md5('mail' || n), 'hex') END,
       ARRAY(SELECT hashint8extended(n * 8 + k, 0) FROM generate_series(1, 6) AS k)
         || CASE WHEN n % 5 = 0 THEN ARRAY[$3::bigint] END
         || CASE WHEN n % 1000 = 0 THEN ARRAY[$4::bigint] END,
       CASE WHEN n % 50 > 0 THEN 18 + abs(hashint8(n)) % 70 END, (100000 + n % 2000)::text,
       timestamptz '2026-01-01Z' + n * interval '1 minute',
       timestamptz '2026-06-01Z' + (abs(hashint8(n)) % 1000000) * interval '1 minute'
     FROM generate_series(1, ${USERS}) AS n`,
    [columns.nameIndex, emailLookUp(crypto, 'one@one.example').index, String(common), String(rare)],
  )
  await database.query(
    `INSERT INTO employments (user_id, company_name, company_key, is_current)
     SELECT id, '', CASE WHEN id % 20 = 0 THEN 'large' ELSE 'company ' || id % 500 END, true FROM users`,
  )
  await database.query(
    `INSERT INTO bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index, is_primary)
     SELECT id, '', CASE WHEN id % 10 = 0 THEN 'large' ELSE 'bank ' || id % 40 END, '',
       decode(md5(id::text), 'hex'), true FROM users`,
  )
  await database.query('VACUUM (ANALYZE) users, employments, bank_accounts')
  await database.query('SELECT pg_stat_force_next_flush()')
}, 60_000)
afterAll(() => database.drop())

const FILTERS = {
  none: {},
  'a common beginning': { q: 'co' },
  'a rare beginning': { q: 'ra' },
  'two words': { q: 'co ra' },
  'a word nobody has': { q: 'co nobody' },
  'one age': { min_age: 30, max_age: 30 },
  'most ages': { min_age: 20, max_age: 80 },
  'a large company': { company: 'Large' },
  'a small company': { company: 'Company 77' },
  'a large bank': { bank: 'LARGE' },
  'a company and a bank': { company: 'large', bank: 'large' },
  'a postal code': { pincode: '100007' },
  'a name': { name: 'common rare' },
  'anything common': { find: 'co' },
  'anything rare': { find: 'ra' },
  'the beginning of a company': { find: 'company 7' },
  'the beginning of postal codes': { find: '1000' },
  'an address': { email: 'One@One.example' },
} as const

/** A place amid each order. */
const MIDDLE = Object.fromEntries(
  SORTS.map((sort) => {
    const values = { id: 50_000, age: 50 } as Readonly<Record<string, number>>
    const value = values[sort.replace('-', '')] ?? new Date('2026-06-15T00:00:00.000Z')
    return [sort, { id: 50_000n, value }]
  }),
) as unknown as Readonly<Record<UserQuery['sort'], Match>>

/** How often the tables were read from end to end, and how often an index was used. */
async function countScans() {
  const [row] = await database.query<{ whole: number; index: number }>(
    `SELECT sum(seq_scan)::int AS whole, sum(idx_scan)::int AS index
     FROM pg_stat_user_tables WHERE relname = ANY ($1)`,
    [TABLES],
  )
  return row ?? { whole: 0, index: 0 }
}

const PER_PAGE = 20
type Filter = Partial<UserQuery>
const queryOf = (filter: Filter, sort: UserQuery['sort'], rest: object): UserQuery => ({
  sort,
  per_page: PER_PAGE,
  ...filter,
  ...rest,
})

const readPage = (client: Database, query: UserQuery) =>
  readUserPage(client, {
    filters: userFilters(crypto, query),
    rowFilters: userFilters(crypto, query, true),
    byId: filtersById(query),
    order: userOrder(query.sort),
    paging: userPaging(query),
  })

interface Match {
  readonly id: bigint
  readonly value: unknown
}

/** Every match, in order, by the plainest of statements. */
function readAll(client: Database, query: UserQuery): Promise<Match[]> {
  const { column, descending } = userOrder(query.sort)
  const filters = userFilters(crypto, query)
  const direction = Prisma.raw(descending ? 'DESC' : 'ASC')
  return client.$queryRaw<Match[]>`
    SELECT u.id, u.${Prisma.raw(column)} AS value FROM users u
    WHERE ${filters.length > 0 ? Prisma.join(filters, ' AND ') : Prisma.sql`true`}
    ORDER BY value ${direction} NULLS LAST, u.id ${direction}`
}

const cursorAfter = (sort: UserQuery['sort'], { value, id }: Match) =>
  encodeCursor([
    sort,
    value instanceof Date ? value.toISOString() : value === null ? null : Number(value),
    Number(id),
  ])

async function withPool<T>(work: (client: Database) => Promise<T>): Promise<T> {
  const { database: client, close } = openDatabase(database.url, 2, createLog('silent'))
  return await work(client).finally(close)
}

describe('lists of users', () => {
  it('read no table from end to end, whatever the filter, the order and the page', async () => {
    const before = await countScans()
    const queries = Object.values<Filter>(FILTERS).flatMap((filter) =>
      SORTS.flatMap((sort) =>
        [{}, { page: 200 }, { cursor: '' }, { cursor: cursorAfter(sort, MIDDLE[sort]) }].map(
          (part) => queryOf(filter, sort, part),
        ),
      ),
    )
    await withPool(async (client) => {
      for (const query of queries) await readPage(client, query)
    })
    // A connection that ends reports what it did.
    await vi.waitFor(async () => {
      expect((await countScans()).index).toBeGreaterThanOrEqual(before.index + queries.length)
    })
    expect((await countScans()).whole).toBe(before.whole)
  })
})

describe.each(Object.entries<Filter>(FILTERS))('users by %s', (_, filter) => {
  it('are on the same places by page and by cursor, in every order', async () => {
    await withPool(async (client) => {
      for (const sort of SORTS) {
        const matches = await readAll(client, queryOf(filter, sort, {}))
        const ids = matches.map(({ id }) => id)
        const lastPage = Math.max(1, Math.ceil(ids.length / PER_PAGE))
        for (const page of new Set([1, Math.min(200, lastPage), lastPage, lastPage + 1])) {
          const { rows } = await readPage(client, queryOf(filter, sort, { page }))
          const start = (page - 1) * PER_PAGE
          expect(rows.map(({ id }) => id)).toEqual(ids.slice(start, start + PER_PAGE + 1))
        }
        for (const place of [0, ids.length >> 1, ids.length - 30, ids.length - 1]) {
          const match = matches[place]
          if (match === undefined) continue
          const cursor = cursorAfter(sort, match)
          const { rows } = await readPage(client, queryOf(filter, sort, { cursor }))
          expect(rows.map(({ id }) => id)).toEqual(ids.slice(place + 1, place + PER_PAGE + 2))
        }
      }
    })
  })
})
