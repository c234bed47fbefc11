import type { Snapshot } from '../../database/snapshot.ts'
import type { UserGroupKind } from '../../generated/schemas.ts'
import { allGroups, allMembers, countGroups, DROP_GROUPS, TOTALS } from './queries.ts'

/** Rows read at a time: of a few dozen bytes, and of some kilobytes at most. */
const GROUPS_A_BATCH = 2_000
const PIECES_A_BATCH = 100

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

/** A piece of a group, with how many of its members are in it. */
type PieceRow = GroupRow & { readonly count: number }

/** A row, and how much of the grouping has been read with it, from 0 to 1. */
export interface ReadRow {
  readonly row: GroupRow
  readonly progress: number
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
  if (includeMembers) {
    let read = 0
    for await (const rows of snapshot.batches<PieceRow>(allMembers(kinds), PIECES_A_BATCH)) {
      yield rows.map((row) => {
        read += row.count
        return { row, progress: read / totals.members }
      })
    }
  } else {
    for await (const rows of snapshot.batches<GroupRow>(allGroups(kinds), GROUPS_A_BATCH)) {
      yield rows.map((row) => ({ row, progress: row.position / totals.groups }))
    }
  }
  await snapshot.run(DROP_GROUPS)
}
