import type { Static } from 'typebox'
import { Prisma } from '../../database/client.ts'
import { type FieldError, invalid, queryError } from '../../errors.ts'
import { listDatasetRows } from '../../generated/operations.ts'
import type { Column } from '../../generated/schemas.ts'
import { createGuess } from '../../http/validation/nearest-name.ts'
import { keyOf } from './columns.ts'
import { isValue, sqlType, toSqlValue } from './values.ts'

const { querystring } = listDatasetRows.schema

/** The query of a list of rows: its own parameters, and filters named after columns. */
export type RowQuery = Static<typeof querystring>

/** The filters of a query: column names, each with its allowed values. */
const filtersOf = (query: RowQuery): (readonly [name: string, values: readonly string[]])[] =>
  Object.entries<unknown>(query)
    .filter(([name]) => !Object.hasOwn(querystring.properties, name))
    .map(([name, given]) => [name, Array.isArray(given) ? given.map(String) : [String(given)]])

/**
 * The condition that a column has one of the values. An empty value means null or an empty text.
 */
function condition(column: Column, values: readonly string[]): Prisma.Sql {
  const { type } = column
  const key = Prisma.raw(keyOf(column))
  const filled = values.filter((value) => value !== '')
  const sqlValues = filled.map((value) => toSqlValue(type, value))
  const isOne = Prisma.sql`${key} = ANY (${sqlValues}::${Prisma.raw(sqlType(type))}[])`
  if (filled.length === values.length) return isOne
  const isEmpty =
    type === 'text' ? Prisma.sql`${key} = '' OR ${key} IS NULL` : Prisma.sql`${key} IS NULL`
  return Prisma.sql`(${isOne} OR ${isEmpty})`
}

function problem(column: Column | undefined, values: readonly string[], guess: () => string) {
  if (column === undefined) {
    return { code: 'unknown_parameter', message: `is not a column of this dataset${guess()}` }
  }
  const { type } = column
  if (values.every((value) => value === '' || isValue(type, value))) return undefined
  return { code: 'type', message: `must be a value of the type ${type}` }
}

/**
 * Makes the conditions from the filters of a query.
 *
 * @throws AppError 422 for an unknown column, or a value that is not of the column's type
 */
export function rowFilters(columns: readonly Column[], query: RowQuery): Prisma.Sql[] {
  const errors: FieldError[] = []
  const conditions: Prisma.Sql[] = []
  const guess = createGuess()
  const names = columns.map((one) => one.name)
  for (const [name, values] of filtersOf(query)) {
    const column = columns.find((one) => one.name === name)
    const error = problem(column, values, () => guess(name, names))
    if (error !== undefined) errors.push(queryError(name, error.code, error.message))
    else if (column !== undefined) conditions.push(condition(column, values))
  }
  if (errors.length > 0) throw invalid(errors)
  return conditions
}
