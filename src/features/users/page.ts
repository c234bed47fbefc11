import { type Database, type DatabaseTransaction, Prisma } from '../../database/client.ts'
import type { Paging } from '../../http/paging.ts'
import type { ShownRow } from './fields.ts'
import type { Position, UserOrder } from './list.ts'
import { SHOWN } from './shown.ts'

/** Up to how many matches of filters are counted. */
export const MAX_COUNTED = 2_000

/** How many rows the share of matches is estimated from. */
const SAMPLE_ROWS = 2_000
/** From which share on counting row by row is faster than fetching every match from an index. */
const COMMON_SHARE = 0.05

/** What a page is made of. */
export interface UserPageQuery {
  readonly filters: readonly Prisma.Sql[]
  /** The same for whoever asks one row after the other. */
  readonly rowFilters: readonly Prisma.Sql[]
  /** Whether each filter has an index that names its matches in the order of their ids. */
  readonly byId: boolean
  readonly order: UserOrder
  readonly paging: Paging<Position>
}

interface PageRows {
  readonly rows: readonly ShownRow[]
  /** All there are; undefined in cursor mode, and when they are too many to be counted. */
  readonly total?: number
}

type GatheredRow = ShownRow & { readonly total: bigint }

const VALUE_TYPES = {
  id: Prisma.sql`bigint`,
  age: Prisma.sql`smallint`,
  created_at: Prisma.sql`timestamptz`,
  updated_at: Prisma.sql`timestamptz`,
} as const

const all = (conditions: readonly Prisma.Sql[]) =>
  conditions.length === 0 ? Prisma.sql`true` : Prisma.join([...conditions], ' AND ')

const columnOf = ({ column }: UserOrder) => Prisma.raw(`u.${column}`)
const directionOf = ({ descending }: UserOrder) => Prisma.raw(descending ? 'DESC' : 'ASC')
const beyondOf = ({ descending }: UserOrder) => Prisma.raw(descending ? '<' : '>')

/** The users of a page, whose ids and values `ids` selects, in their order. */
const show = (ids: Prisma.Sql, order: UserOrder, total: Prisma.Sql) => Prisma.sql`
  WITH ${ids}
  SELECT ${SHOWN}, ${total} AS total
  FROM page JOIN users shown ON shown.id = page.id
  ORDER BY page.value ${directionOf(order)} NULLS LAST, page.id ${directionOf(order)}`

/** Those with a value, or those without one, from the index that has them in this order. */
function walkPart(
  { rowFilters, order, paging }: UserPageQuery,
  extra: readonly Prisma.Sql[],
  limit: Prisma.Sql,
) {
  const [column, direction] = [columnOf(order), directionOf(order)]
  const { after } = paging
  const beyond =
    after === undefined
      ? []
      : after.value === null || order.column === 'id'
        ? [Prisma.sql`u.id ${beyondOf(order)} ${after.id}`]
        : [
            Prisma.sql`(${column}, u.id) ${beyondOf(order)}
              (${after.value}::${VALUE_TYPES[order.column]}, ${after.id})`,
          ]
  return Prisma.sql`
    SELECT u.id, ${column} AS value FROM users u
    WHERE ${all([...rowFilters, ...extra, ...beyond])}
    ORDER BY ${column} ${direction}, u.id ${direction} ${limit}`
}

/** Reads in the order of the list until the page is full: for filters that many users match. */
function walk(query: UserPageQuery): Prisma.Sql {
  const { order, paging } = query
  const { limit, offset = 0, after } = paging
  const part = Prisma.sql`LIMIT ${limit + 1} OFFSET ${offset}`
  if (order.column !== 'age') {
    return show(Prisma.sql`page AS (${walkPart(query, [], part)})`, order, Prisma.sql`NULL::bigint`)
  }
  // The index has users without an age at the wrong end for one of the directions.
  const most = Prisma.sql`LIMIT ${offset + limit + 1}`
  const without = walkPart(
    after === undefined || after.value === null
      ? query
      : { ...query, paging: { limit: paging.limit } },
    [Prisma.sql`u.age IS NULL`],
    most,
  )
  const parts =
    after?.value === null
      ? Prisma.sql`(${without})`
      : Prisma.sql`(${walkPart(query, [Prisma.sql`u.age IS NOT NULL`], most)})
          UNION ALL (${without})`
  const direction = directionOf(order)
  return show(
    Prisma.sql`page AS (
      SELECT id, value FROM (${parts}) AS parts
      ORDER BY value ${direction} NULLS LAST, id ${direction} ${part})`,
    order,
    Prisma.sql`NULL::bigint`,
  )
}

/** Fetches every match and sorts them: for filters that few users match. */
function gather({ filters, order, paging }: UserPageQuery): Prisma.Sql {
  const { limit, offset = 0, after } = paging
  const direction = directionOf(order)
  const beyond =
    after === undefined
      ? Prisma.sql`true`
      : after.value === null
        ? Prisma.sql`value IS NULL AND id ${beyondOf(order)} ${after.id}`
        : Prisma.sql`((value, id) ${beyondOf(order)}
            (${after.value}::${VALUE_TYPES[order.column]}, ${after.id}) OR value IS NULL)`
  return show(
    Prisma.sql`
      matches AS MATERIALIZED (
        SELECT u.id, ${columnOf(order)} AS value FROM users u WHERE ${all(filters)}),
      page AS (
        SELECT id, value FROM matches WHERE ${beyond}
        ORDER BY value ${direction} NULLS LAST, id ${direction}
        LIMIT ${limit + 1} OFFSET ${offset})`,
    order,
    Prisma.sql`(SELECT count(*) FROM matches)`,
  )
}

/**
 * Has the statements that follow in the transaction planned for their values, and never read a whole table.
 *
 * @returns how many users there are
 */
async function prepare(tx: DatabaseTransaction): Promise<number> {
  const [row] = await tx.$queryRaw<[{ users: bigint }]>`
    SELECT set_config('enable_seqscan', 'off', true),
      set_config('plan_cache_mode', 'force_custom_plan', true),
      set_config('max_parallel_workers_per_gather', '0', true),
      (SELECT coalesce(sum(count), 0)::bigint FROM user_counts) AS users`
  return Number(row.users)
}

/**
 * Which share of all users matches, by a sample: PostgreSQL's own estimate of several words, or of a word
 * and a company, is a guess.
 */
async function estimateShare(
  tx: DatabaseTransaction,
  filters: readonly Prisma.Sql[],
  users: number,
): Promise<number> {
  const percent = Math.min(100, (100 * SAMPLE_ROWS) / Math.max(1, users))
  const [row] = await tx.$queryRaw<[{ sampled: bigint; matching: bigint }]>`
    WITH sample AS MATERIALIZED (
      SELECT id, email_index, email_index_2, name_index, name_index_2, search_index, search_index_2,
        pincode, age
      FROM users TABLESAMPLE SYSTEM (${percent}::real) REPEATABLE (1))
    SELECT (SELECT count(*) FROM sample) AS sampled,
      (SELECT count(*) FROM sample u WHERE ${all(filters)}) AS matching`
  return Number(row.matching) / Math.max(1, Number(row.sampled))
}

/**
 * Counts matches, but no further than to one more than {@link MAX_COUNTED}.
 *
 * @param order by which index to read until that many are found; none to fetch all matches from their own
 */
async function count(
  tx: DatabaseTransaction,
  filters: readonly Prisma.Sql[],
  order: Prisma.Sql = Prisma.empty,
): Promise<number> {
  const [{ total }] = await tx.$queryRaw<[{ total: bigint }]>`
    SELECT count(*) AS total
    FROM (
      SELECT FROM users u WHERE ${all(filters)} ${order} LIMIT ${MAX_COUNTED + 1}) AS matches`
  return Number(total)
}

const withTotal = (rows: readonly ShownRow[], total: number): PageRows =>
  total > MAX_COUNTED ? { rows } : { rows, total }

const allowBitmaps = (tx: DatabaseTransaction, allowed: boolean) =>
  tx.$queryRaw`SELECT set_config('enable_bitmapscan', ${allowed ? 'on' : 'off'}, true)`

/** Without a filter the index leads to the page, and the number of users is known. */
async function readUnfiltered(database: Database, query: UserPageQuery): Promise<PageRows> {
  const [rows, counted] = await Promise.all([
    database.$queryRaw<ShownRow[]>(walk(query)),
    query.paging.offset === undefined
      ? []
      : database.$queryRaw<[{ total: bigint }]>`
          SELECT coalesce(sum(count), 0)::bigint AS total FROM user_counts`,
  ])
  const [known] = counted
  return known === undefined ? { rows } : { rows, total: Number(known.total) }
}

/**
 * Reads one page, and one row more when there is one. Two ways lead to it. Walking in the order of the list
 * reads as many rows as there are between matches; gathering reads all matches. The share of
 * matches says which is shorter. Where the filters' own indexes have the order of the list, it is one way.
 */
export async function readUserPage(database: Database, query: UserPageQuery): Promise<PageRows> {
  const { filters, rowFilters, paging } = query
  if (filters.length === 0) return await readUnfiltered(database, query)
  return await database.$transaction(async (tx) => {
    const users = await prepare(tx)
    const share = await estimateShare(tx, rowFilters, users)
    const reach = (paging.offset ?? 0) + paging.limit
    const inOrder = query.byId && query.order.column === 'id'
    if (!inOrder && reach > share * share * users) {
      const rows = await tx.$queryRaw<GatheredRow[]>(gather(query))
      if (paging.offset === undefined) return { rows }
      return withTotal(rows, rows[0] ? Number(rows[0].total) : await count(tx, filters))
    }
    await allowBitmaps(tx, false)
    const rows = await tx.$queryRaw<ShownRow[]>(walk(query))
    if (paging.offset === undefined) return { rows }
    if (share >= COMMON_SHARE) {
      return withTotal(rows, await count(tx, rowFilters, Prisma.sql`ORDER BY u.id`))
    }
    await allowBitmaps(tx, true)
    return withTotal(rows, await count(tx, filters))
  })
}
