import type { UserGroupKind } from '../../generated/schemas.ts'

/** A group's members come in pieces of so many. */
const MEMBERS_A_PIECE = 1_000

/** In which order kinds are joined, sorted and shown. */
export const KINDS: readonly UserGroupKind[] = ['bank', 'company', 'pincode']

/** Who has which value. All of it is in an index. */
const VALUES: Readonly<Record<UserGroupKind, string>> = {
  bank: 'SELECT bank_key AS bank, user_id FROM bank_accounts',
  company: 'SELECT company_key AS company, user_id FROM employments WHERE is_current',
  pincode: 'SELECT pincode, id AS user_id FROM users WHERE pincode IS NOT NULL',
}

/**
 * How a value is shown: names as their first user spells them. Comparing whole rows and not the name
 * alone leaves the index of name and user as the one way to answer, which is one step in it.
 */
const SPELLINGS: Readonly<Record<UserGroupKind, string>> = {
  bank: `CROSS JOIN LATERAL (
    SELECT bank_name AS bank FROM bank_accounts WHERE (bank_key, user_id) >= (counted.bank, 0)
    ORDER BY bank_key, user_id LIMIT 1) AS shown_bank`,
  company: `CROSS JOIN LATERAL (
    SELECT company_name AS company FROM employments
    WHERE is_current AND (company_key, user_id) >= (counted.company, 0)
    ORDER BY company_key, user_id LIMIT 1) AS shown_company`,
  pincode: 'CROSS JOIN LATERAL (SELECT counted.pincode) AS shown_pincode',
}

type Kinds = readonly UserGroupKind[]

const list = (kinds: Kinds, write: (kind: UserGroupKind) => string = (kind) => kind) =>
  kinds.map(write).join(', ')
const shown = (kinds: Kinds) => list(kinds, (kind) => `shown_${kind}.${kind}`)
const spellings = (kinds: Kinds) => kinds.map((kind) => SPELLINGS[kind]).join('\n  ')

/** The same, each user once a value: a user may have several accounts at one bank. */
const ONCE: Readonly<Record<UserGroupKind, string>> = {
  ...VALUES,
  bank: 'SELECT DISTINCT bank_key AS bank, user_id FROM bank_accounts',
}

/** Which user is in which group, once. */
const membership = (kinds: Kinds) =>
  kinds
    .map((kind, index) => `(${ONCE[kind]}) AS by_${kind}${index > 0 ? ' USING (user_id)' : ''}`)
    .join(' JOIN ')

/**
 * The groups with their sizes. Of one kind the index gives the users of a value in order, so that
 * telling them apart costs nothing; of several, the users of each are told apart before they are joined.
 */
const counted = (kinds: Kinds) =>
  kinds.length === 1
    ? `SELECT ${list(kinds)}, count(DISTINCT user_id)::int AS user_count
       FROM (${kinds.map((kind) => VALUES[kind]).join()}) AS users GROUP BY ${list(kinds)}`
    : `SELECT ${list(kinds)}, count(*)::int AS user_count
       FROM ${membership(kinds)} GROUP BY ${list(kinds)}`

/** Largest first, then by the values as they are compared, byte by byte wherever the database is. */
const order = (kinds: Kinds) =>
  `counted.user_count DESC, ${list(kinds, (kind) => `counted.${kind} COLLATE "C"`)}`

/** The largest groups, at most `limit`. */
export const largestGroups = (kinds: Kinds, limit: number): string => `
  SELECT ${shown(kinds)}, counted.user_count
  FROM (
    SELECT * FROM (${counted(kinds)}) AS counted
    ORDER BY ${order(kinds)} LIMIT ${limit}) AS counted
  ${spellings(kinds)}
  ORDER BY ${order(kinds)}`

/**
 * All groups, numbered, into a temporary table: PostgreSQL works on that in parallel, and never on what
 * a cursor reads. A row that a cursor reads is told apart by its number.
 */
export const countGroups = (kinds: Kinds) => [
  `CREATE TEMPORARY TABLE counted AS
    SELECT *, row_number() OVER (ORDER BY ${order(kinds)})::int AS position
    FROM (${counted(kinds)}) AS counted`,
  // Of several kinds a name comes again and again: knowing that, PostgreSQL remembers what it looked up.
  ...(kinds.length > 1 ? ['ANALYZE counted'] : []),
]

/** How many groups there are, and how many members they have. */
export const TOTALS = 'SELECT count(*)::int, coalesce(sum(user_count), 0)::int FROM counted'

/** All groups: position, user count, values in the order of the kinds. */
export const allGroups = (kinds: Kinds) => `
  SELECT position, user_count, ${shown(kinds)} FROM counted ${spellings(kinds)} ORDER BY position`

/**
 * All members: position of the group, how many they are, and their ids in one text with commas in
 * between. A group of many is several rows.
 */
export const allMembers = (kinds: Kinds) => `
  SELECT position, count(*)::int, string_agg(user_id::text, ',' ORDER BY user_id)
  FROM (
    SELECT position, user_id,
      (row_number() OVER (PARTITION BY position ORDER BY user_id) - 1) / ${MEMBERS_A_PIECE} AS piece
    FROM ${membership(kinds)} JOIN counted USING (${list(kinds)})) AS placed
  GROUP BY position, piece ORDER BY position, piece`

export const DROP_GROUPS = 'DROP TABLE counted'
