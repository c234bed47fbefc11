import type { Readable } from 'node:stream'
import { createLineEnds, csvLine, FORMULA_SIGNS } from '../../csv/write.ts'
import { escapeLiteral } from '../../database/client.ts'
import { copyOut } from '../../database/copy-out.ts'
import type { Column } from '../../generated/schemas.ts'
import { tableOf, textOf } from './columns.ts'

/** The signs of a formula in SQL. */
const SIGNS = FORMULA_SIGNS.map((sign) => escapeLiteral(sign)).join(', ')

/** A value as it is exported. Numbers may begin with a sign. */
function shownOf(column: Column, safe: boolean): string {
  const text = textOf(column)
  if (!safe || column.type !== 'text') return text
  return `CASE WHEN left(${text}, 1) IN (${SIGNS}) THEN chr(39) || ${text} ELSE ${text} END`
}

/**
 * A dataset as CSV, in the order of the file. The rows' numbers are left out.
 *
 * @param safe whether texts get an apostrophe in front that a spreadsheet would run
 */
export function exportRows(
  databaseUrl: string,
  { id, columns }: { readonly id: bigint; readonly columns: readonly Column[] },
  safe: boolean,
): Promise<Readable> {
  const values = columns.map((column) => shownOf(column, safe)).join(', ')
  const names = columns.map(({ name, source_name }) => source_name ?? name)
  return copyOut(databaseUrl, `SELECT ${values} FROM ${tableOf(id)} ORDER BY "_row"`, {
    head: csvLine(names, { safe }),
    rewrite: createLineEnds(),
  })
}
