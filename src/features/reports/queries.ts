import type { UserGroupKind } from '../../generated/schemas.ts'

/** A group's members come in pieces of so many. */
const MEMBERS_A_PIECE = 1_000

/** In which order kinds are joined, sorted and shown. */
export const KINDS: readonly UserGroupKind[] = ['bank', 'company', 'pincode']

/** Where a kind's values are. All that is read of them is in one index. */
interface Source {
  readonly rows: string
  readonly key: string
  readonly user: string
  /** Of the spellings of a name one: which one is the same wherever the database is. */
  readonly shown: string
  /** Whether a user may have a value several times. */
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
    key: 'pincode',
    user: 'id',
    shown: 'pincode',
    repeated: false,
  },
}

type Kinds = readonly UserGroupKind[]

const list = (kinds: Kinds, write: (kind: UserGroupKind) => string = (kind) => kind) =>
  kinds.map(write).join(', ')

/** Which user is in which group, once. */
const membership = (kinds: Kinds) =>
  kinds
    .map((kind, index) => {
      const { rows, key, user, repeated } = SOURCES[kind]
      const select = `SELECT ${repeated ? 'DISTINCT ' : ''}${key} AS ${kind}, ${user} AS user_id`
      return `(${select} FROM ${rows}) AS by_${kind}${index > 0 ? ' USING (user_id)' : ''}`
    })
    .join(' JOIN ')

/** The values of a kind and how they are shown, and what else is asked of them. */
function valuesOf(kind: UserGroupKind, more = ''): string {
  const { rows, key, shown } = SOURCES[kind]
  return `SELECT ${key} AS ${kind}, ${shown} AS shown_${kind}${more} FROM ${rows} GROUP BY ${key}`
}

/**
 * The groups with their sizes. Of one kind the index gives the users of a value in order, so that
 * telling them apart costs nothing; of several, the users of each are told apart before they are joined.
 */
function counted(kinds: Kinds): string {
  const [kind = 'bank', ...others] = kinds
  if (others.length === 0) {
    return valuesOf(kind, `, count(DISTINCT ${SOURCES[kind].user})::int AS user_count`)
  }
  return `SELECT ${list(kinds)}, count(*)::int AS user_count
    FROM ${membership(kinds)} GROUP BY ${list(kinds)}`
}

/** Puts beside groups of several kinds how their values are shown. */
const named = (kinds: Kinds) =>
  kinds.length === 1
    ? ''
    : kinds.map((kind) => `JOIN (${valuesOf(kind)}) AS all_${kind} USING (${kind})`).join(' ')

const shown = (kinds: Kinds) => list(kinds, (kind) => `shown_${kind} AS ${kind}`)

/** Largest first, then by the values as they are compared, byte by byte wherever the database is. */
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
 * All groups, numbered, into a temporary table: a cursor over the query itself would keep PostgreSQL
 * from working on it in parallel.
 */
export const countGroups = (kinds: Kinds): string => `
  CREATE TEMPORARY TABLE counted AS
  SELECT *, row_number() OVER (ORDER BY ${order(kinds)})::int AS position
  FROM (${counted(kinds)}) AS counted`

/** How many groups there are, and how many members they have. */
export const TOTALS = `
  SELECT count(*)::int AS groups, coalesce(sum(user_count), 0)::int AS members FROM counted`

/** All groups: their position, size and values. */
export const allGroups = (kinds: Kinds): string => `
  SELECT position, user_count, ${shown(kinds)} FROM counted ${named(kinds)} ORDER BY position`

/**
 * All members, beside their groups: how many they are, and their ids in one text with commas in between. A
 * group of many is several rows.
 */
export const allMembers = (kinds: Kinds): string => `
  SELECT position, user_count, ${shown(kinds)}, count, members
  FROM (
    SELECT position, piece, count(*)::int AS count,
      string_agg(user_id::text, ',' ORDER BY user_id) AS members
    FROM (
      SELECT position, user_id,
        (row_number() OVER (PARTITION BY position ORDER BY user_id) - 1) / ${MEMBERS_A_PIECE} AS piece
      FROM ${membership(kinds)} JOIN counted USING (${list(kinds)})) AS placed
    GROUP BY position, piece) AS pieces
  JOIN counted USING (position) ${named(kinds)}
  ORDER BY position, piece`

export const DROP_GROUPS = 'DROP TABLE counted'
