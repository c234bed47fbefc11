import { inUnitOfWork } from '../../src/database/unit-of-work.ts'
import type { Services } from '../../src/services.ts'

const ROLLED_BACK = new Error('this unit of work is not kept')

/**
 * Does something in a transaction that is taken back.
 *
 * @returns how many rows of each table PostgreSQL read for it, by whatever plan, where it read any; what was found in an
 *   index without a look at the table is not counted
 */
export async function rowsRead(
  { database }: Pick<Services, 'database'>,
  work: () => Promise<unknown>,
): Promise<Readonly<Record<string, number>>> {
  const read = async () => {
    const tables = await database.$queryRaw<{ name: string; rows: bigint }[]>`
      SELECT relname::text AS name, seq_tup_read + coalesce(idx_tup_fetch, 0) AS rows
      FROM pg_stat_xact_user_tables`
    return new Map(tables.map(({ name, rows }) => [name, Number(rows)]))
  }
  let counted: readonly (readonly [string, number])[] = []
  const unit = inUnitOfWork(database, async () => {
    const before = await read()
    await work()
    const after = await read()
    counted = [...after].map(([name, rows]) => [name, rows - (before.get(name) ?? 0)])
    throw ROLLED_BACK
  })
  await unit.catch((error: unknown) => {
    if (error !== ROLLED_BACK) throw error
  })
  return Object.fromEntries(counted.filter(([, rows]) => rows > 0))
}
