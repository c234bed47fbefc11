import type { UserGroupKind } from '../../generated/schemas.ts'
import { Prisma } from '../../platform/prisma.ts'

/** So many members come with one row. */
const MEMBERS_A_ROW = 1_000

/** One group, or with members a piece of one. */
export interface GroupRow {
  /** The group's place among all, from 1. */
  readonly position: number
  readonly bank?: string
  readonly company?: string
  readonly pincode?: string
  readonly user_count: number
  /** How many there are of what progress is counted in: groups, or with members members. */
  readonly total: number
  /** Ids, ascending, with commas in between. */
  readonly members?: string
}

/** In which order kinds are joined, sorted and shown. */
export const KINDS: readonly UserGroupKind[] = ['bank', 'company', 'pincode']

/** Who has which value, each user once a value: read from an index alone. */
const VALUES: Readonly<Record<UserGroupKind, Prisma.Sql>> = {
  bank: Prisma.sql`(SELECT DISTINCT bank_key AS bank, user_id FROM bank_accounts)`,
  company: Prisma.sql`(SELECT company_key AS company, user_id FROM employments WHERE is_current)`,
  pincode: Prisma.sql`(SELECT pincode, id AS user_id FROM users WHERE pincode IS NOT NULL)`,
}

/**
 * How a value is shown: names as its first user spells them. Comparing whole rows and not the name
 * alone leaves the index of name and user as the one way to answer, which is one step in it.
 */
const SPELLINGS: Readonly<Record<UserGroupKind, Prisma.Sql>> = {
  bank: Prisma.sql`CROSS JOIN LATERAL (
    SELECT bank_name AS bank FROM bank_accounts
    WHERE (bank_key, user_id) >= (counted.bank, 0)
    ORDER BY bank_key, user_id LIMIT 1) AS shown_bank`,
  company: Prisma.sql`CROSS JOIN LATERAL (
    SELECT company_name AS company FROM employments
    WHERE is_current AND (company_key, user_id) >= (counted.company, 0)
    ORDER BY company_key, user_id LIMIT 1) AS shown_company`,
  pincode: Prisma.sql`CROSS JOIN LATERAL (SELECT counted.pincode) AS shown_pincode`,
}

const columns = (kinds: readonly UserGroupKind[], prefix = '', suffix = '') =>
  Prisma.raw(kinds.map((kind) => prefix.replace('*', kind) + kind + suffix).join(', '))

const spellings = (kinds: readonly UserGroupKind[]) =>
  Prisma.join(
    kinds.map((kind) => SPELLINGS[kind]),
    '\n  ',
  )

/** Which user is in which group. */
function membership(kinds: readonly UserGroupKind[]): Prisma.Sql {
  const [first = 'bank', ...others] = kinds
  return others.reduce(
    (joined, kind) =>
      Prisma.sql`${joined} JOIN ${VALUES[kind]} AS ${Prisma.raw(`by_${kind}`)} USING (user_id)`,
    Prisma.sql`${VALUES[first]} AS ${Prisma.raw(`by_${first}`)}`,
  )
}

/** Largest first, then by the values as they are compared, byte by byte wherever the database is. */
const order = (kinds: readonly UserGroupKind[], prefix: string) =>
  Prisma.sql`${Prisma.raw(`${prefix}user_count`)} DESC, ${columns(kinds, prefix, ' COLLATE "C"')}`

const counted = (kinds: readonly UserGroupKind[]) => Prisma.sql`
  SELECT ${columns(kinds)}, count(*)::int AS user_count
  FROM ${membership(kinds)} GROUP BY ${columns(kinds)}`

/** The largest groups, at most `limit`. */
export const largestGroups = (kinds: readonly UserGroupKind[], limit: number) => Prisma.sql`
  SELECT ${columns(kinds, 'shown_*.')}, counted.user_count
  FROM (${counted(kinds)} ORDER BY ${order(kinds, '')} LIMIT ${limit}) AS counted
  ${spellings(kinds)}
  ORDER BY ${order(kinds, 'counted.')}`

/** All groups as {@link GroupRow}s, without members. */
export const allGroups = (kinds: readonly UserGroupKind[]) => Prisma.sql`
  SELECT position, ${columns(kinds, 'shown_*.')}, counted.user_count, counted.total
  FROM (
    SELECT *, row_number() OVER (ORDER BY ${order(kinds, '')})::int AS position,
      count(*) OVER ()::int AS total
    FROM (${counted(kinds)}) AS groups) AS counted
  ${spellings(kinds)}
  ORDER BY position`

/** All groups with their members, as {@link GroupRow}s: a group of many members is several rows. */
export const allMembers = (kinds: readonly UserGroupKind[]) => Prisma.sql`
  WITH counted AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY ${order(kinds, '')})::int AS position,
      sum(user_count) OVER ()::int AS total
    FROM (${counted(kinds)}) AS groups),
  placed AS (
    SELECT position, user_id,
      (row_number() OVER (PARTITION BY position ORDER BY user_id) - 1) / ${Prisma.raw(`${MEMBERS_A_ROW}`)} AS piece
    FROM ${membership(kinds)} JOIN counted USING (${columns(kinds)})),
  pieces AS (
    SELECT position, piece, string_agg(user_id::text, ',' ORDER BY user_id) AS members
    FROM placed GROUP BY position, piece)
  SELECT position, ${columns(kinds, 'shown_*.')}, counted.user_count, counted.total, pieces.members
  FROM pieces JOIN counted USING (position)
  ${spellings(kinds)}
  ORDER BY position, piece`
