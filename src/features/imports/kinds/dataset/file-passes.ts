import { type CheckRow, openRows, type RowFile } from '../../../../csv/file/row-file.ts'
import type { RejectSink } from '../../../../csv/file/source.ts'
import { escapeIdentifier } from '../../../../database/client.ts'
import type { LoadJob } from '../loader.ts'
import { copyFormatOf, copyOptions } from './copy-format.ts'
import { nameColumns } from './names.ts'
import { ColumnSurvey, type Plan, type PlannedColumn, samePlan } from './plan.ts'
import { RowWriter } from './row-writer.ts'
import { createRules } from './rules.ts'
import { shownColumns } from './shown-columns.ts'
import type { DatasetTable, TableColumn } from './table.ts'

/** Takes what is refused a second time. */
const NOWHERE: RejectSink = {
  header: () => undefined,
  refuse: () => undefined,
  settle: async () => undefined,
}

/** A file that was read to its end. */
export interface ReadFile {
  readonly file: RowFile
  /** What the columns are by all rows. */
  readonly plan: Plan
}

const tableColumn = ({ name, decision }: PlannedColumn): TableColumn => ({
  name,
  type: decision.type,
})

const rulesOf = (file: RowFile, { options }: LoadJob) =>
  createRules(nameColumns(file.columns, options.rename), options, file.skippedCells)

/**
 * Finds out what the columns are, from the beginning of the file.
 *
 * @param bytes how much of it is looked at, in whole batches of rows
 * @throws ImportError, CsvError
 */
export async function survey(job: LoadJob, bytes: number): Promise<Plan> {
  const file = await openRows(job.source, job.options, NOWHERE)
  const found = new ColumnSurvey(file, job.options)
  for await (const rows of file.batches(rulesOf(file, job))) {
    job.signal.throwIfAborted()
    found.add(rows)
    if (rows.batch.offset > bytes) break
  }
  return found.plan()
}

/**
 * Reads the whole file into a table that is planned so. Once a row does not fit the plan nothing is stored
 * any more, but the rest is read: the plan of the whole file is known in the end.
 *
 * @throws ImportError, CsvError
 */
export async function load(job: LoadJob, table: DatasetTable, plan: Plan): Promise<ReadFile> {
  const { options, source, rejects, signal } = job
  const file = await openRows(source, options, rejects)
  const found = new ColumnSurvey(file, options)
  const format = copyFormatOf(file.dialect, file.skippedCells, options)
  const columns = plan.map(tableColumn)
  const names = columns.map(({ name }) => escapeIdentifier(name))
  await table.create(columns)
  const sink = table.copyIn(columns, copyOptions(format, options.types === 'text' ? names : []))
  let writer: RowWriter | undefined = new RowWriter(sink, plan, options, file.skippedCells, format)
  job.found({ dialect: file.dialect, columns: shownColumns(plan) })
  try {
    for await (const rows of file.batches(rulesOf(file, job))) {
      signal.throwIfAborted()
      found.add(rows)
      if (writer !== undefined && !found.fits(plan)) {
        writer = undefined
        await sink.abort()
      }
      await writer?.write(rows, found.plain)
      job.count({ read: file.rowsRead, loaded: writer ? file.rowsFine : 0, skipped: 0 })
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

/** Reads the file for its refused rows alone. @param between called before each batch */
export async function readAgain(
  job: LoadJob,
  check: CheckRow,
  between: () => Promise<void>,
): Promise<void> {
  const file = await openRows(job.source, job.options, job.rejects)
  const rules = rulesOf(file, job)
  for await (const _ of file.batches((batch, row) => rules(batch, row) ?? check(batch, row))) {
    job.signal.throwIfAborted()
    await between()
  }
}
