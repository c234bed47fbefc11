import { Prisma } from '../../database/client.ts'
import type { Column, ColumnType } from '../../generated/schemas.ts'
import { keyOf } from './columns.ts'
import { isValue, sqlType, toSqlValue } from './values.ts'

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
type Operator = keyof typeof OPERATORS

/** Types of which "more" and "less" mean something to people. */
const UNORDERED: readonly ColumnType[] = ['boolean', 'json']

/** A bound of a range: `filter[COLUMN][gte]`. */
export interface Bound {
  readonly column: string
  readonly operator: Operator
}

const FORM = /^filter\[(.+)\]\[(gt|gte|lt|lte)\]$/s

/** Reads the name of a parameter. Undefined if it is not that of a bound. */
export function boundOf(parameter: string): Bound | undefined {
  const [, column, operator] = FORM.exec(parameter) ?? []
  return column === undefined ? undefined : { column, operator: operator as Operator }
}

/** Why these values cannot bound a column. */
export function boundProblem({ type }: Column, values: readonly string[]) {
  if (UNORDERED.includes(type)) {
    return {
      code: 'type',
      message: `cannot bound a column of the type ${type}, which has no order`,
    }
  }
  const [value = '', ...others] = values
  if (others.length > 0) return { code: 'type', message: 'must be given once' }
  // An empty text is a value, and the least of all texts.
  if (isValue(type, value)) return undefined
  return { code: 'type', message: `must be a value of the type ${type}` }
}

/** The condition that a column's value is on this side of a bound. Rows without a value are not. */
export function boundCondition(column: Column, operator: Operator, value: string): Prisma.Sql {
  const { type } = column
  const key = Prisma.raw(`${keyOf(column)} ${OPERATORS[operator]}`)
  return Prisma.sql`${key} ${toSqlValue(type, value)}::${Prisma.raw(sqlType(type))}`
}
