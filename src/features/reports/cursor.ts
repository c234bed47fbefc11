import type { Snapshot } from '../../database/snapshot.ts'
import type { UserGroupKind } from '../../generated/schemas.ts'
import { allGroups, allMembers, countGroups, DROP_GROUPS, TOTALS } from './queries.ts'

/** Rows read at a time: of a few dozen bytes, and of some kilobytes at most. */
const GROUPS_A_BATCH = 2_000
const MEMBERS_A_BATCH = 100

/** One group, or with members a piece of one. */
export interface GroupRow {
  /** The group's place among all, from 1. */
  readonly position: number
  readonly user_count: number
  readonly bank?: string
  readonly company?: string
  readonly pincode?: string
  /** Ids, ascending, with commas in between. */
  readonly members?: string
}

/** A row, and how much of the grouping has been read with it, from 0 to 1. */
export interface ReadRow {
  readonly row: GroupRow
  readonly progress: number
}

/** Some of a group's members. */
interface MembersRow {
  readonly position: number
  readonly count: number
  readonly members: string
}

/** Reads a query some rows at a time: neither this process nor the driver ever holds all of them. */
async function* readBatches<Row extends object>(
  snapshot: Snapshot,
  name: string,
  query: string,
  size: number,
) {
  await snapshot.run(`DECLARE ${name} NO SCROLL CURSOR FOR ${query}`)
  for (;;) {
    const rows = await snapshot.rows<Row>(`FETCH ${size} FROM ${name}`)
    if (rows.length > 0) yield rows
    if (rows.length < size) break
  }
  await snapshot.run(`CLOSE ${name}`)
}

/** Puts members beside their groups: both come in the order of the groups, and every group has some. */
async function* membersBeside(
  groups: AsyncGenerator<readonly GroupRow[], void>,
  pieces: AsyncGenerator<readonly MembersRow[], void>,
  memberCount: number,
): AsyncGenerator<readonly ReadRow[]> {
  let batch: readonly GroupRow[] = []
  let group: GroupRow | undefined
  let next = 0
  let read = 0
  for await (const rows of pieces) {
    const filled: ReadRow[] = []
    for (const { position, count, members } of rows) {
      if (group?.position !== position) {
        if (next === batch.length) {
          batch = (await groups.next()).value ?? []
          next = 0
        }
        group = batch[next] as GroupRow
        next += 1
      }
      read += count
      filled.push({ row: { ...group, members }, progress: read / memberCount })
    }
    yield filled
  }
  // Has the cursor closed.
  await groups.next()
}

/** Reads all groups, the largest first, and with members those in pieces. */
export async function* readGroups(
  snapshot: Snapshot,
  kinds: readonly UserGroupKind[],
  includeMembers: boolean,
): AsyncGenerator<readonly ReadRow[]> {
  await snapshot.run(countGroups(kinds))
  const [totals = { groups: 0, members: 0 }] = await snapshot.rows<{
    readonly groups: number
    readonly members: number
  }>(TOTALS)
  // All rows are wanted, not the first ones soon.
  await snapshot.run('SET LOCAL cursor_tuple_fraction = 1')
  const groups = readBatches<GroupRow>(snapshot, 'groups', allGroups(kinds), GROUPS_A_BATCH)
  if (includeMembers) {
    const query = allMembers(kinds)
    const pieces = readBatches<MembersRow>(snapshot, 'members', query, MEMBERS_A_BATCH)
    yield* membersBeside(groups, pieces, totals.members)
  } else {
    for await (const rows of groups) {
      yield rows.map((row) => ({ row, progress: row.position / totals.groups }))
    }
  }
  await snapshot.run(DROP_GROUPS)
}
