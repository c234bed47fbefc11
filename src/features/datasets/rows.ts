import { type Database, escapeIdentifier, Prisma, VARYING } from '../../database/client.ts'
import type { Column } from '../../generated/schemas.ts'
import { badCursor, type Page, readPaging, toPage } from '../../http/paging.ts'
import { checkAll } from '../../http/validation/check-all.ts'
import { jsonOf, keyOf, tableOf } from './columns.ts'
import { type RowQuery, rowFilters } from './filters.ts'
import { hasIndex } from './indexes/find-tables.ts'
import {
  isAfter,
  orderBy,
  partsAfter,
  type RowOrder,
  type RowPart,
  type RowPosition,
  rowOrder,
} from './order.ts'

/** Matching rows are counted up to this number. */
const MAX_COUNTED = 10_000

/** The table to read rows from. */
export interface RowSource {
  readonly id: bigint
  readonly columns: readonly Column[]
  readonly rowCount: number
}

/** No column can have these names: those of a file begin with a letter, or with `_` and a digit. */
interface ReadRow {
  readonly _row: bigint
  /** The row as JSON: its values by column name. */
  readonly _json: string
}

const varying = Prisma.raw(VARYING)
const all = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length === 0 ? Prisma.raw('true') : Prisma.join([...conditions], ' AND ')

/** @throws AppError 422 when the cursor's row does not exist */
async function findPosition(
  database: Database,
  table: Prisma.Sql,
  { column }: RowOrder,
  row: bigint,
): Promise<RowPosition> {
  if (column === undefined) return { row, isNull: false }
  const key = Prisma.raw(keyOf(column))
  const [found] = await database.$queryRaw<{ isNull: boolean }[]>`
    ${varying} SELECT ${key} IS NULL AS "isNull" FROM ${table} WHERE "_row" = ${row}::bigint`
  if (found === undefined) throw badCursor()
  return { row, isNull: found.isNull }
}

/** The rows after a cursor's row, if there is one, in the parts that are fastest to read. */
async function partsOf(
  database: Database,
  id: bigint,
  order: RowOrder,
  after: bigint | undefined,
): Promise<RowPart[]> {
  const by = orderBy(order)
  if (after === undefined) return [{ condition: Prisma.raw('true'), by }]
  const table = Prisma.raw(tableOf(id))
  const { column, descending } = order
  const [position, isIndexed] = await Promise.all([
    findPosition(database, table, order, after),
    column !== undefined && hasIndex(database, id, column.name),
  ])
  return column !== undefined && isIndexed
    ? partsAfter(table, { column, descending }, position)
    : [{ condition: isAfter(table, order, position), by }]
}

/** Counts matching rows. Undefined if there are more than {@link MAX_COUNTED}. */
async function count(
  database: Database,
  table: Prisma.Sql,
  conditions: readonly Prisma.Sql[],
): Promise<number | undefined> {
  const [{ count } = { count: 0 }] = await database.$queryRaw<{ count: number }[]>`
    ${varying} SELECT count(*)::int AS count FROM (
      SELECT FROM ${table} WHERE ${all(conditions)} LIMIT ${MAX_COUNTED + 1}) AS matching`
  return count > MAX_COUNTED ? undefined : count
}

/**
 * Reads a page of a dataset's rows, each as the text of a JSON object, so that numbers keep all
 * digits.
 *
 * @throws AppError 422 for an unknown column, a value of another type, or a cursor of another list
 */
export async function readRows(
  database: Database,
  { id, columns, rowCount }: RowSource,
  query: RowQuery,
): Promise<Page<string>> {
  const { sort } = query
  const [order, filters, { limit, offset, after }] = checkAll(
    () => rowOrder(columns, sort),
    () => rowFilters(columns, query),
    () =>
      readPaging(query, ([of, by, row]) =>
        of === Number(id) && by === (sort ?? null) && Number.isSafeInteger(row)
          ? BigInt(row as number)
          : undefined,
      ),
  )
  const table = Prisma.raw(tableOf(id))
  const parts = await partsOf(database, id, order, after)
  const found = parts.map(
    (part) => Prisma.sql`(SELECT * FROM ${table} WHERE ${all([...filters, part.condition])}
      ORDER BY ${part.by} LIMIT ${limit + 1} OFFSET ${offset ?? 0})`,
  )
  const shown = columns.map((one) => `${jsonOf(one)} AS ${escapeIdentifier(one.name)}`).join(', ')
  const by = orderBy(order)
  const read = database.$queryRaw<ReadRow[]>`
    ${varying} SELECT "_row",
      (SELECT row_to_json(shown.*)::text FROM (SELECT ${Prisma.raw(shown)}) AS shown) AS "_json"
    FROM (
      SELECT * FROM (${Prisma.join(found, ' UNION ALL ')}) AS found
      ORDER BY ${by} LIMIT ${limit + 1}) AS page
    ORDER BY ${by}`
  const total = () => (filters.length === 0 ? rowCount : count(database, table, filters))
  const [rows, counted] = await Promise.all([read, offset === undefined ? undefined : total()])
  const { items, ...page } = toPage(
    rows,
    limit,
    ({ _row }) => [Number(id), sort ?? null, Number(_row)],
    counted,
  )
  return { ...page, items: items.map(({ _json }) => _json) }
}
