import { openRows, type Refusal, type RowFile } from '../../../../csv/file/row-file.ts'
import type { RowBatch } from '../../../../csv/parse/row-batch.ts'
import { isBlank } from '../../../../csv/types/blank.ts'
import { createNullTest } from '../../../../csv/types/nulls.ts'
import { AppError } from '../../../../errors.ts'
import type { Column } from '../../../../generated/schemas.ts'
import type { LoadJob } from '../loader.ts'
import { matchColumns, type RecordColumns, type RecordShape } from './columns.ts'
import { HeldRejects } from './held-rejects.ts'

/** The filled fields of a row, as text. */
export type RecordValues = Readonly<Record<string, string>>

/** Checks a row by what its cells mean. */
export type CheckRecord<T> = (values: RecordValues) => T | AppError

/** Makes the check of a file that has such fields. */
export type CreateCheck<T> = (has: (field: string) => boolean) => CheckRecord<T>

/** The records of some rows. */
export interface RecordBatch<T> {
  readonly items: readonly T[]
  /** Refuses one that was fine so far, by its place among the items. */
  refuse(index: number, error: AppError): void
}

/** A file whose rows are records of a kind. */
export interface RecordFile<T> {
  readonly file: RowFile
  /** Whether a record can have a field, of the file or by default. */
  has(field: string): boolean
  batches(): AsyncGenerator<RecordBatch<T>, void>
  /** The columns as an import shows them. */
  shown(): readonly Column[]
}

/** Makes what reads a row's cells by field; blanks around a cell do not count, nor words for nothing. */
function createReader({ fields, defaults }: RecordColumns, skipped: number, job: LoadJob) {
  const isNull = createNullTest(job.options.nulls ?? undefined)
  return (batch: RowBatch, row: number): RecordValues => {
    const values: Record<string, string> = Object.fromEntries(defaults)
    const first = (batch.firstCell[row] as number) + skipped
    const last = batch.firstCell[row + 1] as number
    for (let column = 0; column < fields.length && first + column < last; column += 1) {
      const cell = first + column
      let start = batch.cellStart[cell] as number
      let end = batch.cellEnd[cell] as number
      while (start < end && isBlank(batch.bytes[start])) start += 1
      while (start < end && isBlank(batch.bytes[end - 1])) end -= 1
      if (start < end && !isNull(batch.bytes, start, end)) {
        values[fields[column] as string] = batch.text(cell).trim()
      }
    }
    return values
  }
}

/** An error of a record as what is wrong with its row: of several the first. */
function refusalOf({ code, message, options }: AppError, columns: RecordColumns): Refusal {
  const [error] = options.errors ?? []
  if (error === undefined) return { column: '', code, reason: `${message}.` }
  const field = error.path.slice(1).split('/', 1)[0] ?? ''
  const column = columns.sourceNames.get(field) ?? ''
  return { column, code: error.code, reason: `${field} ${error.message}.` }
}

function missing(columns: RecordColumns, values: RecordValues): Refusal | undefined {
  const field = columns.critical.find((name) => values[name] === undefined)
  return field === undefined
    ? undefined
    : {
        column: columns.sourceNames.get(field) ?? '',
        code: 'missing_value',
        reason: 'A critical column is empty.',
      }
}

/** Where rows may have any number of cells, none beyond the last column gets lost. */
function hasMore(batch: RowBatch, row: number, width: number): boolean {
  const end = batch.firstCell[row + 1] as number
  for (let cell = (batch.firstCell[row] as number) + width; cell < end; cell += 1) {
    if (batch.cellStart[cell] !== batch.cellEnd[cell]) return true
  }
  return false
}

const TOO_MANY: Refusal = {
  column: '',
  code: 'too_many_cells',
  reason: 'The row has more cells than columns.',
}

/**
 * Opens a file of records. Rows that are none are refused in the order of the file, before their batch
 * comes.
 *
 * @throws ImportError `columns`, CsvError
 */
export async function openRecords<T>(
  job: LoadJob,
  shape: RecordShape,
  createCheck: CreateCheck<T>,
): Promise<RecordFile<T>> {
  const held = new HeldRejects(job.rejects)
  const file = await openRows(job.source, job.options, held)
  const columns = matchColumns(file.columns, job.options, shape)
  const read = createReader(columns, file.skippedCells, job)
  const width = file.skippedCells + file.columns.length
  const has = (field: string) => columns.fields.includes(field) || columns.defaults.has(field)
  const check = createCheck(has)
  const filled = new Set<string>()
  const empty = new Set<string>()

  async function* batches(): AsyncGenerator<RecordBatch<T>, void> {
    let items: T[] = []
    let rows: number[] = []
    const checkRow = (batch: RowBatch, row: number): Refusal | undefined => {
      const values = read(batch, row)
      if (batch.width(row) > width && hasMore(batch, row, width)) return TOO_MANY
      const lacking = missing(columns, values)
      if (lacking !== undefined) return lacking
      const item = check(values)
      if (item instanceof AppError) return refusalOf(item, columns)
      for (const field of columns.fields) {
        if (values[field] === undefined) empty.add(field)
        else filled.add(field)
      }
      items.push(item)
      rows.push(row)
      return undefined
    }
    try {
      for await (const { batch } of file.batches(checkRow)) {
        const checked = { items, rows }
        items = []
        rows = []
        yield {
          items: checked.items,
          refuse(index, error) {
            const row = checked.rows[index] as number
            const cells = batch.texts(row).slice(file.skippedCells)
            const line = batch.line[row] as number
            held.refuse({ line, ...refusalOf(error, columns), cells })
          },
        }
        await held.release()
      }
    } finally {
      // Rows that were refused in front of what ends the file belong to the rejects as well.
      await held.release()
    }
  }

  return {
    file,
    has,
    batches,
    shown: () =>
      columns.fields.map((name) => ({
        name,
        source_name: columns.sourceNames.get(name) ?? null,
        type: 'text',
        nullable: empty.has(name) || !filled.has(name),
      })),
  }
}
