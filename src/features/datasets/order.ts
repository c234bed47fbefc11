import { Prisma } from '../../database/client.ts'
import { invalid, queryError } from '../../errors.ts'
import type { Column } from '../../generated/schemas.ts'
import { createGuess } from '../../http/validation/nearest-name.ts'
import { keyOf } from './columns.ts'

/** By what rows are sorted. Of equals, and without a column, the order is that of the file. */
export interface RowOrder {
  readonly column?: Column
  readonly descending: boolean
}

/** A place in an order: after this row, which has no value there or has one. */
export interface RowPosition {
  readonly row: bigint
  readonly isNull: boolean
}

/** @throws AppError 422 for what is no column */
export function rowOrder(columns: readonly Column[], sort: string | undefined): RowOrder {
  if (sort === undefined) return { descending: false }
  const descending = sort.startsWith('-')
  const wanted = descending ? sort.slice(1) : sort
  const column = columns.find(({ name }) => name === wanted)
  if (column !== undefined) return { column, descending }
  const guess = createGuess()(
    wanted,
    columns.map(({ name }) => name),
  )
  throw invalid([queryError('sort', 'unknown_column', `is not a column of this dataset${guess}`)])
}

/** What follows ORDER BY. */
export const orderBy = ({ column, descending }: RowOrder): Prisma.Sql =>
  Prisma.raw(
    column === undefined
      ? '"_row"'
      : `${keyOf(column)} ${descending ? 'DESC' : 'ASC'} NULLS LAST, "_row"`,
  )

/**
 * How rows stand after a position. Rows never change, so that the row itself tells its value, whatever its
 * size.
 */
export function isAfter(
  table: Prisma.Sql,
  { column, descending }: RowOrder,
  { row, isNull }: RowPosition,
): Prisma.Sql {
  const isLater = Prisma.sql`"_row" > ${row}::bigint`
  if (column === undefined) return isLater
  const key = Prisma.raw(keyOf(column))
  if (isNull) return Prisma.sql`(${key} IS NULL AND ${isLater})`
  const value = Prisma.sql`(SELECT ${key} FROM ${table} WHERE "_row" = ${row}::bigint)`
  const beyond = Prisma.raw(descending ? '<' : '>')
  return Prisma.sql`(${key} ${beyond} ${value} OR (${key} = ${value} AND ${isLater}) OR ${key} IS NULL)`
}
