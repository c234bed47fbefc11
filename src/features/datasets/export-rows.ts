import type { Readable } from 'node:stream'
import { copyOut } from '../../database/copy-out.ts'
import { type DatasetColumn, tableOf, textOf } from './columns.ts'

/** What a spreadsheet takes a cell for a formula by (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/
/** The same in SQL. */
const FORMULA_SIGNS = "'=', '+', '-', '@', chr(9), chr(13)"
const NEEDS_QUOTES = /[",\r\n]|^$/

const disarmed = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

const cell = (text: string): string =>
  NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** The line of the columns' names. */
function headOf(columns: readonly DatasetColumn[], safe: boolean): string {
  const names = columns.map(({ name, sourceName }) => sourceName ?? name)
  return `${names.map((name) => cell(safe ? disarmed(name) : name)).join(',')}\n`
}

/** A value as it is exported. Numbers may begin with a sign. */
function shownOf(column: DatasetColumn, safe: boolean): string {
  const text = textOf(column)
  if (!safe || column.type !== 'text') return text
  return `CASE WHEN left(${text}, 1) IN (${FORMULA_SIGNS}) THEN chr(39) || ${text} ELSE ${text} END`
}

/**
 * A dataset as CSV, in the order of the file. The rows' numbers are left out.
 *
 * @param safe whether texts get an apostrophe in front that a spreadsheet would run
 */
export function exportRows(
  databaseUrl: string,
  { id, columns }: { readonly id: bigint; readonly columns: readonly DatasetColumn[] },
  safe: boolean,
): Promise<Readable> {
  const values = columns.map((column) => shownOf(column, safe)).join(', ')
  return copyOut(
    databaseUrl,
    `SELECT ${values} FROM ${tableOf(id)} ORDER BY "_row"`,
    headOf(columns, safe),
  )
}
