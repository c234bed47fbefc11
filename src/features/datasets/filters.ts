import type { Static } from 'typebox'
import { Prisma } from '../../database/client.ts'
import { type FieldError, invalid, queryError } from '../../errors.ts'
import { listDatasetRows } from '../../generated/operations.ts'
import type { Column } from '../../generated/schemas.ts'
import { createGuess } from '../../http/validation/nearest-name.ts'
import { keyOf } from './columns.ts'
import { isValue, sqlType, toSqlValue } from './values.ts'

const { querystring } = listDatasetRows.schema

/** Which rows are asked for; besides its own parameters it has those that columns give their names. */
export type RowQuery = Static<typeof querystring>

/** The columns that a query names, each with the values that rows may have in it. */
const named = (query: RowQuery): (readonly [name: string, values: readonly string[]])[] =>
  Object.entries<unknown>(query)
    .filter(([name]) => !Object.hasOwn(querystring.properties, name))
    .map(([name, given]) => [name, Array.isArray(given) ? given.map(String) : [String(given)]])

/** How a row has one of several values; an empty one stands for none. */
function condition(column: Column, values: readonly string[]): Prisma.Sql {
  const { type } = column
  const key = Prisma.raw(keyOf(column))
  const filled = values.filter((value) => value !== '')
  const wanted = filled.map((value) => toSqlValue(type, value))
  const isOne = Prisma.sql`${key} = ANY (${wanted}::${Prisma.raw(sqlType(type))}[])`
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
 * The conditions that rows fulfil.
 *
 * @throws AppError 422 for what is no column, and values that are not of its type
 */
export function rowFilters(columns: readonly Column[], query: RowQuery): Prisma.Sql[] {
  const errors: FieldError[] = []
  const conditions: Prisma.Sql[] = []
  const guess = createGuess()
  const names = columns.map((one) => one.name)
  for (const [name, values] of named(query)) {
    const column = columns.find((one) => one.name === name)
    const wrong = problem(column, values, () => guess(name, names))
    if (wrong !== undefined) errors.push(queryError(name, wrong.code, wrong.message))
    else if (column !== undefined) conditions.push(condition(column, values))
  }
  if (errors.length > 0) throw invalid(errors)
  return conditions
}
