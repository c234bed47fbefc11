import type { Column, DatasetIndexState } from '../../../generated/schemas.ts'

/** A dataset's table with what is known of its indexes. */
export interface IndexedTable {
  readonly id: bigint
  readonly columns: readonly Column[]
  /** Columns that are to have an index. */
  readonly indexedColumns: readonly string[]
  /** Those of them whose values are too long for one. */
  readonly failedIndexes: readonly string[]
  /** Names of the indexes that the table has. */
  readonly existing: readonly string[]
}

/** Rows without a value come last in both directions, so each direction needs its own index. */
export const DIRECTIONS = ['asc', 'desc'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** The form of the names below, as PostgreSQL's regular expressions have it. */
export const INDEX_NAME = '^i[0-9]+_[0-9]+_(asc|desc)$'

/** The name of a column's index: by its place, since its own name may be as long as names can be. */
export function indexName({ id, columns }: IndexedTable, column: string, direction: Direction) {
  return `i${id}_${columns.findIndex(({ name }) => name === column)}_${direction}`
}

/** How far the index of a column is. */
export function indexState(table: IndexedTable, column: string): DatasetIndexState {
  if (table.failedIndexes.includes(column)) return 'failed'
  const isThere = (direction: Direction) =>
    table.existing.includes(indexName(table, column, direction))
  return DIRECTIONS.every(isThere) ? 'ready' : 'building'
}
