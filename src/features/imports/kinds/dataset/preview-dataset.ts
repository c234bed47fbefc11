import { openRows } from '../../../../csv/file/open-rows.ts'
import type { RowBatch } from '../../../../csv/parse/row-batch.ts'
import { createCanonical } from '../../../../csv/types/canonical.ts'
import { MAX_PREVIEW_ROWS, type Previewer } from '../loader.ts'
import type { ImportOptions } from '../options.ts'
import { rulesOf, survey } from './file-passes.ts'
import type { Plan, PlannedColumn } from './plan.ts'
import { nullTestOf } from './rules.ts'
import { shownColumns } from './shown-columns.ts'

/** Creates the function that shows a row as it would be stored. */
function createShown(plan: Plan, skipped: number, options: ImportOptions) {
  const canonical = createCanonical(options.numbers)
  const types = new Set(plan.map(({ decision }) => decision.type))
  const nullTests = new Map([...types].map((type) => [type, nullTestOf(type, options)]))
  const keepsCells = options.types === 'text'
  const used = plan.flatMap((column, index) => (column.unused ? [] : [{ column, index }]))

  function shownValue(
    text: string | undefined,
    { decision, fallback }: PlannedColumn,
  ): string | null {
    const bytes = Buffer.from(text?.trim() ?? '')
    const mayBeNull = !keepsCells || fallback !== undefined || text === undefined
    const isNull = nullTests.get(decision.type)
    if (text !== undefined && !(mayBeNull && isNull?.(bytes, 0, bytes.length)))
      return canonical(decision, text)
    return fallback === undefined ? null : canonical(decision, fallback)
  }

  return (batch: RowBatch, row: number): Record<string, string | null> => {
    const cells = batch.texts(row).slice(skipped)
    return Object.fromEntries(
      used.map(({ column, index }) => [column.name, shownValue(cells[index], column)]),
    )
  }
}

/**
 * Shows what the rows of a dataset would be. Primary keys are not compared.
 *
 * @throws ImportError `unknown_column`, `default_type`, and the errors of reading
 */
export const previewDataset: Previewer = async (context) => {
  const { options, source, rejects } = context
  const { plan, earlier } = await survey(context, Number.POSITIVE_INFINITY)
  const file = await openRows(source, { ...options, ...earlier }, rejects)
  const show = createShown(plan, file.skippedCells, options)
  const rows: Record<string, string | null>[] = []
  for await (const { batch, fine } of file.batches(rulesOf(file, context, plan))) {
    for (let row = 0; row < batch.rows && rows.length < MAX_PREVIEW_ROWS; row += 1) {
      if (fine[row] === 1) rows.push(show(batch, row))
    }
  }
  return { dialect: file.dialect, columns: shownColumns(plan), rows, read: file.rowsRead }
}
