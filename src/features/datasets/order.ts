import { Prisma } from '../../database/client.ts'
import { invalid, queryError } from '../../errors.ts'
import type { Column } from '../../generated/schemas.ts'
import { createGuess } from '../../http/validation/nearest-name.ts'
import { keyOf } from './columns.ts'

/** The order of rows. Equal rows, and rows without a sort column, keep the order of the file. */
export interface RowOrder {
  readonly column?: Column
  readonly descending: boolean
}

/** A position in an order: after this row. `isNull` tells whether its sort column is null. */
export interface RowPosition {
  readonly row: bigint
  readonly isNull: boolean
}

/** Parses the `sort` parameter. @throws AppError 422 for an unknown column */
export function rowOrder(columns: readonly Column[], sort: string | undefined): RowOrder {
  if (sort === undefined) return { descending: false }
  const descending = sort.startsWith('-')
  const sortName = descending ? sort.slice(1) : sort
  const column = columns.find(({ name }) => name === sortName)
  if (column !== undefined) return { column, descending }
  const guess = createGuess()(
    sortName,
    columns.map(({ name }) => name),
  )
  throw invalid([queryError('sort', 'unknown_column', `is not a column of this dataset${guess}`)])
}

/** The ORDER BY clause. */
export const orderBy = ({ column, descending }: RowOrder): Prisma.Sql =>
  Prisma.raw(
    column === undefined
      ? '"_row"'
      : `${keyOf(column)} ${descending ? 'DESC' : 'ASC'} NULLS LAST, "_row"`,
  )

/**
 * The condition that a row comes after a position. Rows never change, so the condition reads the
 * value from the position's row. A cursor then need not carry the value, which may be large.
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

/** A part of the rows after a position, and the order in which it is read. */
export interface RowPart {
  readonly condition: Prisma.Sql
  readonly by: Prisma.Sql
}

/**
 * The rows after a position in parts, each of which is one stretch of an index on the sort column.
 * {@link isAfter}, their sum, would read an index from its beginning.
 */
export function partsAfter(
  table: Prisma.Sql,
  order: RowOrder & { readonly column: Column },
  { row, isNull }: RowPosition,
): RowPart[] {
  const key = Prisma.raw(keyOf(order.column))
  const by = orderBy(order)
  if (isNull) return [{ condition: Prisma.sql`${key} IS NULL AND "_row" > ${row}::bigint`, by }]
  const value = Prisma.sql`(SELECT ${key} FROM ${table} WHERE "_row" = ${row}::bigint)`
  // Were it `=`, PostgreSQL would take the index on row numbers, and look at many rows.
  const equal = Prisma.sql`(${key}, "_row") > (${value}, ${row}::bigint) AND ${key} <= ${value}`
  const beyond = Prisma.raw(order.descending ? '<' : '>')
  return [
    { condition: equal, by: orderBy({ column: order.column, descending: false }) },
    { condition: Prisma.sql`${key} ${beyond} ${value}`, by },
    { condition: Prisma.sql`${key} IS NULL`, by },
  ]
}
