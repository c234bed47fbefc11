import type { UserGroupKind } from '../../generated/schemas.ts'
import { type DatabaseTransaction, Prisma } from '../../platform/prisma.ts'
import { allGroups, allMembers, type GroupRow } from './reports.queries.ts'

/** Rows read at a time: of a few dozen bytes, and of some kilobytes. */
const GROUPS_A_BATCH = 5_000
const MEMBER_ROWS_A_BATCH = 100

/**
 * Reads all groups, the largest first, some thousand at a time: neither this process nor the driver
 * ever holds all of them.
 *
 * @param tx a transaction that stays open until the last batch is read
 */
export async function* readGroups(
  tx: DatabaseTransaction,
  kinds: readonly UserGroupKind[],
  includeMembers: boolean,
): AsyncGenerator<readonly GroupRow[]> {
  const query = includeMembers ? allMembers(kinds) : allGroups(kinds)
  const batch = includeMembers ? MEMBER_ROWS_A_BATCH : GROUPS_A_BATCH
  // A statement is prepared once a connection, so one that reads other columns needs another name.
  const cursor = Prisma.raw(['groups', ...kinds, includeMembers ? 'members' : 'counts'].join('_'))
  // All rows are wanted, not the first ones soon.
  await tx.$executeRaw`SET LOCAL cursor_tuple_fraction = 1`
  await tx.$executeRaw`DECLARE ${cursor} NO SCROLL CURSOR FOR ${query}`
  try {
    for (;;) {
      const rows = await tx.$queryRaw<GroupRow[]>`FETCH ${Prisma.raw(`${batch}`)} FROM ${cursor}`
      if (rows.length > 0) yield rows
      if (rows.length < batch) break
    }
  } finally {
    // Of a transaction that failed there is nothing to close.
    await tx.$executeRaw`CLOSE ${cursor}`.catch(() => undefined)
  }
}
