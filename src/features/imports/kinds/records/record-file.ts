import { findEncoding } from '../../../../csv/file/find-encoding.ts'
import { openRows } from '../../../../csv/file/open-rows.ts'
import type { Refusal, RowFile } from '../../../../csv/file/row-file.ts'
import type { RowBatch } from '../../../../csv/parse/row-batch.ts'
import { isBlank } from '../../../../csv/types/blank.ts'
import { createNullTest, NULL_WORDS, TEXT_NULL_WORDS } from '../../../../csv/types/nulls.ts'
import { AppError } from '../../../../errors.ts'
import type { Column } from '../../../../generated/schemas.ts'
import type { ReadContext } from '../loader.ts'
import { type RecordShape, TYPED_FIELDS } from '../shapes.ts'
import { AcceptedRows } from './accepted-rows.ts'
import { BufferedRejects } from './buffered-rejects.ts'
import { matchColumns, type RecordColumns } from './columns.ts'
import { type RecordFormats, surveyFormats } from './formats.ts'
import { shownFields } from './shown-fields.ts'

/** The fields of a row that are not empty, as text. */
export type RecordValues = Readonly<Record<string, string>>

/** Checks the values of a row, and turns them into a record. */
export type CheckRecord<T> = (values: RecordValues) => T | AppError

/** What the check of a file's rows depends on. */
export interface FileFacts extends RecordFormats {
  /** Whether the file or a default provides a field. */
  has(field: string): boolean
}

/** Creates the check for a file. */
export type CreateCheck<T> = (facts: FileFacts) => CheckRecord<T>

/** Some records of a file. */
export interface RecordLot<T> {
  readonly items: readonly T[]
  /** Refuses an accepted record, by its index in `items`. */
  refuse(index: number, error: AppError): void
  /** Passes on all rows that were refused up to here. @throws ImportError when they are too many */
  end(): Promise<void>
}

/** A lot has no further rows once those it has take so many bytes. */
const LOT_BYTES = 1024 * 1024

/** A file whose rows are records of a kind. */
export interface RecordFile<T> {
  readonly file: RowFile
  /** Whether the file or a default provides the field. */
  has(field: string): boolean
  /** Reads the file in lots of so many records or a few more. The last one may have fewer, or none. */
  lots(size: number): AsyncGenerator<RecordLot<T>, void>
  /** Passes on all rows that were refused. @throws ImportError when they are too many */
  endRejects(): Promise<void>
  /** The columns for the import's record. */
  shown(): readonly Column[]
}

/** Creates the function that reads a row's values. It trims cells and leaves out nulls. */
function createReader({ fields, defaults }: RecordColumns, skipped: number, context: ReadContext) {
  const { nulls } = context.options
  const isNull = createNullTest(nulls ?? NULL_WORDS)
  const isNullText = createNullTest(nulls ?? TEXT_NULL_WORDS)
  const readers = fields.map(({ field, column }) => ({
    field,
    place: column + skipped,
    isNull: TYPED_FIELDS.includes(field) ? isNull : isNullText,
  }))
  return (batch: RowBatch, row: number): RecordValues => {
    const values: Record<string, string> = Object.fromEntries(defaults)
    const width = batch.width(row)
    for (const { field, place, isNull: isNothing } of readers) {
      if (place >= width) continue
      const cell = (batch.firstCell[row] as number) + place
      let start = batch.cellStart[cell] as number
      let end = batch.cellEnd[cell] as number
      while (start < end && isBlank(batch.bytes[start])) start += 1
      while (start < end && isBlank(batch.bytes[end - 1])) end -= 1
      if (start < end && !isNothing(batch.bytes, start, end)) {
        values[field] = batch.text(cell).trim()
      }
    }
    return values
  }
}

/** The name in the file of the column that has a field; '' if none has it. */
function sourceOf({ fields, sources }: RecordColumns, field: string): string {
  const found = fields.find((one) => one.field === field)
  return found === undefined ? '' : (sources[found.column] as string)
}

/** Turns the first error of a record into the refusal of its row. */
function refusalOf({ code, message, options }: AppError, columns: RecordColumns): Refusal {
  const [error] = options.errors ?? []
  if (error === undefined) return { column: '', code, reason: `${message}.` }
  const field = error.path.slice(1).split('/', 1)[0] ?? ''
  const column = sourceOf(columns, field)
  return { column, code: error.code, reason: `${field} ${error.message}.` }
}

function missingCritical(columns: RecordColumns, values: RecordValues): Refusal | undefined {
  const field = columns.critical.find((name) => values[name] === undefined)
  return field === undefined
    ? undefined
    : {
        column: sourceOf(columns, field),
        code: 'missing_value',
        reason: 'A critical column is empty.',
      }
}

/** Whether a padded row has content beyond the last column, which would be lost. */
function hasExtraContent(batch: RowBatch, row: number, width: number): boolean {
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
 * Opens a file of records. Rows that are no valid records are refused before their lot is
 * yielded.
 *
 * @throws ImportError `columns`, CsvError
 */
export async function openRecords<T>(
  context: ReadContext,
  shapeOf: (fields: readonly string[]) => RecordShape,
  createCheck: CreateCheck<T>,
): Promise<RecordFile<T>> {
  const rejects = new BufferedRejects(context.rejects)
  const found = await findEncoding(context.source, context.options.dialect)
  const file = await openRows(context.source, { ...context.options, found }, rejects)
  const columns = matchColumns(file.columns, context.options, shapeOf)
  const formats = await surveyFormats(context, columns, { found, detected: file.known })
  const read = createReader(columns, file.skippedCells, context)
  const width = file.skippedCells + file.columns.length
  const fieldsOfFile = columns.fields.map(({ field }) => field)
  const has = (field: string) => fieldsOfFile.includes(field) || columns.defaults.has(field)
  const check = createCheck({ ...formats, has })
  const filled = new Set<string>()
  const empty = new Set<string>()

  async function* lots(size: number): AsyncGenerator<RecordLot<T>, void> {
    let items: T[] = []
    let rows: number[] = []
    let accepted = new AcceptedRows()
    let lastLine = 0
    const checkRow = (batch: RowBatch, row: number): Refusal | undefined => {
      const values = read(batch, row)
      if (batch.width(row) > width && hasExtraContent(batch, row, width)) return TOO_MANY
      const refusal = missingCritical(columns, values)
      if (refusal !== undefined) return refusal
      const item = check(values)
      if (item instanceof AppError) return refusalOf(item, columns)
      for (const field of fieldsOfFile) {
        if (values[field] === undefined) empty.add(field)
        else filled.add(field)
      }
      items.push(item)
      rows.push(row)
      return undefined
    }
    const takeLot = (): RecordLot<T> => {
      const [kept, line] = [accepted, lastLine]
      const lot = {
        items,
        refuse(index: number, error: AppError) {
          const { line, cells } = kept.row(index)
          const refusal = refusalOf(error, columns)
          rejects.refuse({ line, ...refusal, cells: cells.slice(file.skippedCells) })
        },
        end: () => rejects.release(line),
      }
      items = []
      accepted = new AcceptedRows()
      return lot
    }
    for await (const { batch } of file.batches(checkRow)) {
      accepted.add(batch, rows)
      rows = []
      lastLine = batch.line[batch.rows - 1] ?? lastLine
      if (items.length >= size || accepted.bytes >= LOT_BYTES) yield takeLot()
    }
    yield takeLot()
  }

  return {
    file,
    has,
    lots,
    endRejects: () => rejects.release(),
    shown: () => shownFields(columns, formats, (name) => empty.has(name) || !filled.has(name)),
  }
}
