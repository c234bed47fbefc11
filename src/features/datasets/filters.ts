import type { Static } from 'typebox'
import { Prisma } from '../../database/client.ts'
import { invalid, queryError } from '../../errors.ts'
import { listDatasetRows } from '../../generated/operations.ts'
import type { Column } from '../../generated/schemas.ts'
import { createGuess } from '../../http/validation/nearest-name.ts'
import { boundCondition, boundOf, boundProblem } from './bounds.ts'
import { keyOf } from './columns.ts'
import { isValue, sqlType, toSqlValue } from './values.ts'

type Guess = ReturnType<typeof createGuess>

const { querystring } = listDatasetRows.schema

/** The query of a list of rows: its own parameters, and filters named after columns. */
export type RowQuery = Static<typeof querystring>

/** A parameter that is no parameter of the operation's own, and its values. */
interface Given {
  readonly name: string
  readonly values: readonly string[]
}

/** The filters of a query: named after a column, or `filter[COLUMN][gte]`. */
const filtersOf = (query: RowQuery): Given[] =>
  Object.entries<unknown>(query)
    .filter(([name]) => !Object.hasOwn(querystring.properties, name))
    .map(([name, given]) => ({
      name,
      values: Array.isArray(given) ? given.map(String) : [String(given)],
    }))

/**
 * The condition that a column has one of the values. An empty value means null or an empty text.
 */
function condition(column: Column, values: readonly string[]): Prisma.Sql {
  const { type } = column
  const key = Prisma.raw(keyOf(column))
  const filled = values.filter((value) => value !== '')
  const [only] = filled
  // An index gives the rows of one value in the order of the file, which those of a list are not in.
  if (values.length === 1 && only !== undefined) {
    return Prisma.sql`${key} = ${toSqlValue(type, only)}::${Prisma.raw(sqlType(type))}`
  }
  const sqlValues = filled.map((value) => toSqlValue(type, value))
  const isOne = Prisma.sql`${key} = ANY (${sqlValues}::${Prisma.raw(sqlType(type))}[])`
  if (filled.length === values.length) return isOne
  const isEmpty =
    type === 'text' ? Prisma.sql`${key} = '' OR ${key} IS NULL` : Prisma.sql`${key} IS NULL`
  return Prisma.sql`(${isOne} OR ${isEmpty})`
}

function problem({ type }: Column, values: readonly string[]) {
  if (values.every((value) => value === '' || isValue(type, value))) return undefined
  return { code: 'type', message: `must be a value of the type ${type}` }
}

/** A filter as a condition, or why it cannot be one. */
function read({ name, values }: Given, columns: readonly Column[], guess: Guess) {
  const bound = boundOf(name)
  const wanted = bound?.column ?? name
  const column = columns.find((one) => one.name === wanted)
  if (column === undefined) {
    const known = columns.map((one) => one.name)
    const message = `is not a column of this dataset${guess(wanted, known)}`
    return { error: queryError(name, 'unknown_parameter', message) }
  }
  const error = bound ? boundProblem(column, values) : problem(column, values)
  if (error !== undefined) return { error: queryError(name, error.code, error.message) }
  return {
    condition: bound
      ? boundCondition(column, bound.operator, values[0] ?? '')
      : condition(column, values),
  }
}

/**
 * Makes the conditions from the filters of a query.
 *
 * @throws AppError 422 for an unknown column, or a value that is not of the column's type
 */
export function rowFilters(columns: readonly Column[], query: RowQuery): Prisma.Sql[] {
  const guess = createGuess()
  const all = filtersOf(query).map((given) => read(given, columns, guess))
  const errors = all.flatMap(({ error }) => error ?? [])
  if (errors.length > 0) throw invalid(errors)
  return all.flatMap(({ condition: found }) => found ?? [])
}
