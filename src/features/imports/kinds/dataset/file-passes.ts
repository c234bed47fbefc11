import type { FoundEncoding } from '../../../../csv/detect/encoding.ts'
import { openRows } from '../../../../csv/file/open-rows.ts'
import type { CheckRow, EarlierPass, RowFile } from '../../../../csv/file/row-file.ts'
import { escapeIdentifier } from '../../../../database/client.ts'
import { DISCARD_REJECTS, type LoadContext, type ReadContext } from '../loader.ts'
import { copyFormatOf, copyOptions } from './copy-format.ts'
import { nameColumns } from './names.ts'
import { ColumnSurvey, type Plan, type PlannedColumn, samePlan } from './plan.ts'
import { RowWriter } from './row-writer.ts'
import { createRules } from './rules.ts'
import { shownColumns } from './shown-columns.ts'
import type { DatasetTable, TableColumn } from './table.ts'

/** A file that was read to its end. */
export interface ReadFile {
  readonly file: RowFile
  /** The columns, by all rows. */
  readonly plan: Plan
}

const tableColumn = ({ name, decision }: PlannedColumn): TableColumn => ({
  name,
  type: decision.type,
})

const typesOf = (plan: Plan) => plan.map(({ decision }) => decision.type)

/** The rules of a file. @param plan its columns, once they are known */
export const rulesOf = (file: RowFile, { options }: ReadContext, plan: Plan = []) =>
  createRules(nameColumns(file, options.rename), options, file.skippedCells, typesOf(plan))

/** What the beginning of a file shows. */
export interface Survey {
  readonly plan: Plan
  readonly earlier: EarlierPass
}

/**
 * Plans the columns from the beginning of the file. It is read again if it shows another encoding
 * than its first rows did.
 *
 * @param bytes how much of the file to read, rounded up to whole batches of rows
 * @param found the encoding that more of the file showed
 * @throws ImportError, CsvError
 */
export async function survey(
  context: ReadContext,
  bytes: number,
  found?: FoundEncoding,
): Promise<Survey> {
  const file = await openRows(context.source, { ...context.options, found }, DISCARD_REJECTS)
  const columns = new ColumnSurvey(file, context.options)
  for await (const rows of file.batches(rulesOf(file, context))) {
    context.signal.throwIfAborted()
    columns.add(rows)
    if (rows.batch.offset > bytes) break
  }
  const other = file.otherEncoding
  if (other) return survey(context, bytes, other)
  return { plan: columns.plan(), earlier: { found, detected: file.known } }
}

/**
 * Loads the whole file into a table with the planned columns. After a row that does not fit the
 * plan it stores nothing more, but reads on to plan the columns from all rows.
 *
 * @throws ImportError, CsvError
 */
export async function load(
  context: LoadContext,
  table: DatasetTable,
  { plan, earlier }: Survey,
): Promise<ReadFile> {
  const { options, source, rejects, signal } = context
  const file = await openRows(source, { ...options, ...earlier }, rejects)
  const found = new ColumnSurvey(file, options)
  const format = copyFormatOf(file.dialect, file.skippedCells, options)
  const columns = plan.map(tableColumn)
  const names = columns.map(({ name }) => escapeIdentifier(name))
  await table.create(columns)
  const sink = table.copyIn(columns, copyOptions(format, options.types === 'text' ? names : []))
  let writer: RowWriter | undefined = new RowWriter(sink, plan, options, file.skippedCells, format)
  context.report({ dialect: file.dialect, columns: shownColumns(plan) })
  try {
    for await (const rows of file.batches(rulesOf(file, context, plan))) {
      signal.throwIfAborted()
      found.add(rows)
      if (writer !== undefined && !found.fits(plan)) {
        writer = undefined
        await sink.abort()
      }
      await writer?.write(rows, found.plain)
      context.count({ read: file.rowsRead, loaded: writer ? file.rowsFine : 0, skipped: 0 })
    }
    const whole = found.plan()
    if (writer !== undefined && samePlan(plan, whole)) await writer.end()
    else await sink.abort()
    return { file, plan: whole }
  } catch (error) {
    await sink.abort()
    throw error
  }
}

/** Reads the file only to find its refused rows. @param between called after each batch */
export async function readAgain(
  context: LoadContext,
  { plan, earlier }: Survey,
  check: CheckRow,
  between: () => Promise<void>,
): Promise<void> {
  const file = await openRows(context.source, { ...context.options, ...earlier }, context.rejects)
  const rules = rulesOf(file, context, plan)
  for await (const _ of file.batches((batch, row) => rules(batch, row) ?? check(batch, row))) {
    context.signal.throwIfAborted()
    await between()
  }
}
