import { type Database, Prisma } from '../../../database/client.ts'
import { INDEX_NAME, type IndexedTable, indexState } from './names.ts'

/** Finds the tables of datasets that have indexes on demand, or are to have some. */
export async function findTables(database: Database, id?: bigint): Promise<IndexedTable[]> {
  const which =
    id === undefined
      ? Prisma.sql`indexed_columns <> '{}' OR existing.names <> '{}'`
      : Prisma.sql`id = ${id}::bigint`
  return await database.$queryRaw<IndexedTable[]>`
    SELECT id, columns, indexed_columns AS "indexedColumns", failed_indexes AS "failedIndexes",
      existing.names AS existing
    FROM datasets
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(relname::text), '{}') AS names
      FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indrelid = to_regclass('datasets.d' || id) AND relname ~ ${INDEX_NAME}) AS existing
    WHERE ${which}`
}

/** Whether a column of a dataset has an index that is ready. */
export async function hasIndex(database: Database, id: bigint, column: string): Promise<boolean> {
  const [table] = await findTables(database, id)
  return table?.indexedColumns.includes(column) === true && indexState(table, column) === 'ready'
}
