import type { UserGroupKind } from '../../generated/schemas.ts'

/** Members of a group that come in one row. */
const MEMBERS_PER_ROW = 1_000

/** The kinds, in the order in which they are joined, sorted and shown. */
export const KINDS: readonly UserGroupKind[] = ['bank', 'company', 'pincode']

/** Where the values of a kind are. A covering index has all columns that are read. */
interface Source {
  readonly rows: string
  readonly key: string
  readonly user: string
  /** Chooses one spelling of a name, the same in every database whatever its collation. */
  readonly shown: string
  /** Whether a user may have the same value several times. */
  readonly repeated: boolean
}

const SOURCES: Readonly<Record<UserGroupKind, Source>> = {
  bank: {
    rows: 'bank_accounts',
    key: 'bank_key',
    user: 'user_id',
    shown: 'min(bank_name COLLATE "C")',
    repeated: true,
  },
  company: {
    rows: 'employments WHERE is_current',
    key: 'company_key',
    user: 'user_id',
    shown: 'min(company_name COLLATE "C")',
    repeated: false,
  },
  pincode: {
    rows: 'users WHERE pincode IS NOT NULL',
    // The order of its index.
    key: 'pincode COLLATE "C"',
    user: 'id',
    shown: 'pincode COLLATE "C"',
    repeated: false,
  },
}

type Kinds = readonly UserGroupKind[]

const list = (kinds: Kinds, write: (kind: UserGroupKind) => string = (kind) => kind) =>
  kinds.map(write).join(', ')

/** Pairs of user and group, without duplicates. */
const membership = (kinds: Kinds) =>
  kinds
    .map((kind, index) => {
      const { rows, key, user, repeated } = SOURCES[kind]
      const select = `SELECT ${repeated ? 'DISTINCT ' : ''}${key} AS ${kind}, ${user} AS user_id`
      return `(${select} FROM ${rows}) AS by_${kind}${index > 0 ? ' USING (user_id)' : ''}`
    })
    .join(' JOIN ')

/** The values of a kind with their shown spelling, and additional columns. */
function valuesOf(kind: UserGroupKind, more = ''): string {
  const { rows, key, shown } = SOURCES[kind]
  return `SELECT ${key} AS ${kind}, ${shown} AS shown_${kind}${more} FROM ${rows} GROUP BY ${key}`
}

/**
 * The groups with their sizes. For one kind, the index yields the users of a value in order, so
 * that counting distinct users is free. For several kinds, users are made distinct before the join.
 */
function counted(kinds: Kinds): string {
  const [kind = 'bank', ...others] = kinds
  if (others.length === 0) {
    return valuesOf(kind, `, count(DISTINCT ${SOURCES[kind].user})::int AS user_count`)
  }
  return `SELECT ${list(kinds)}, count(*)::int AS user_count
    FROM ${membership(kinds)} GROUP BY ${list(kinds)}`
}

/** Joins the shown spellings to groups of several kinds. */
const named = (kinds: Kinds) =>
  kinds.length === 1
    ? ''
    : kinds.map((kind) => `JOIN (${valuesOf(kind)}) AS all_${kind} USING (${kind})`).join(' ')

const shown = (kinds: Kinds) => list(kinds, (kind) => `shown_${kind} AS ${kind}`)

/** Largest first, then by value, byte by byte whatever the database's collation. */
const order = (kinds: Kinds) =>
  `counted.user_count DESC, ${list(kinds, (kind) => `counted.${kind} COLLATE "C"`)}`

/** The largest groups, at most `limit`. */
export const largestGroups = (kinds: Kinds, limit: number): string => `
  SELECT ${shown(kinds)}, counted.user_count
  FROM (
    SELECT * FROM (${counted(kinds)}) AS counted
    ORDER BY ${order(kinds)} LIMIT ${limit}) AS counted ${named(kinds)}
  ORDER BY ${order(kinds)}`

/**
 * Writes all groups, numbered, into a temporary table. A cursor over the query itself would keep
 * PostgreSQL from running it in parallel.
 */
export const countGroups = (kinds: Kinds): string => `
  CREATE TEMPORARY TABLE counted AS
  SELECT *, row_number() OVER (ORDER BY ${order(kinds)})::int AS position
  FROM (${counted(kinds)}) AS counted`

/** Counts the groups and their members. */
export const TOTALS = `
  SELECT count(*)::int AS groups, coalesce(sum(user_count), 0)::int AS members FROM counted`

/** All groups: their position, size and values. */
export const allGroups = (kinds: Kinds): string => `
  SELECT position, user_count, ${shown(kinds)} FROM counted ${named(kinds)} ORDER BY position`

/**
 * All members beside their groups: their number, and their ids in one text separated by commas. A
 * large group comes in several rows.
 */
export const allMembers = (kinds: Kinds): string => `
  SELECT position, user_count, ${shown(kinds)}, count, members
  FROM (
    SELECT position, piece, count(*)::int AS count,
      string_agg(user_id::text, ',' ORDER BY user_id) AS members
    FROM (
      SELECT position, user_id,
        (row_number() OVER (PARTITION BY position ORDER BY user_id) - 1) / ${MEMBERS_PER_ROW} AS piece
      FROM ${membership(kinds)} JOIN counted USING (${list(kinds)})) AS placed
    GROUP BY position, piece) AS pieces
  JOIN counted USING (position) ${named(kinds)}
  ORDER BY position, piece`

export const DROP_GROUPS = 'DROP TABLE counted'
