import { openRows } from '../../../../csv/file/open-rows.ts'
import type { EarlierPass } from '../../../../csv/file/row-file.ts'
import type { RowBatch } from '../../../../csv/parse/row-batch.ts'
import type { DecimalMark } from '../../../../csv/types/accounting.ts'
import { KIND } from '../../../../csv/types/cell-kinds.ts'
import type { DateOrder } from '../../../../csv/types/decide.ts'
import { createFindMarks } from '../../../../csv/types/read-amount.ts'
import { createFindOrders } from '../../../../csv/types/read-date.ts'
import { DISCARD_REJECTS, type ReadContext } from '../loader.ts'
import { AMOUNT_FIELDS } from '../shapes.ts'
import type { RecordColumns } from './columns.ts'

/** How the dates and amounts of a file are written, as its cells show. */
export interface RecordFormats {
  /** The order of dates that could be of two; undefined while none is clear. */
  readonly dateOrder?: DateOrder
  /** The decimal mark; undefined while both are possible. */
  readonly mark?: DecimalMark
  /** Fields with cells that could be read in two ways, and none that shows how. */
  readonly ambiguous: readonly string[]
}

/** Where nothing can be read in two ways, no more than this is read for it. */
const SURVEY_BYTES = 1024 * 1024
const TWO_ORDERS = KIND.dateDmy | KIND.dateMdy

/** Finds out which of two readings the cells of a field have. The first clear cell decides. */
class Question<T> {
  found: T | undefined
  isOpen = false

  /** @param ask returns all readings of a cell, if they differ; one if it is clear */
  constructor(
    readonly columns: readonly number[],
    private readonly ask: (text: string) => readonly T[],
  ) {}

  add(batch: RowBatch, row: number, skipped: number): void {
    for (const column of this.columns) {
      if (this.found !== undefined || column + skipped >= batch.width(row)) continue
      const cell = (batch.firstCell[row] as number) + column + skipped
      const readings = this.ask(batch.text(cell).trim())
      if (readings.length === 1) this.found = readings[0]
      else if (readings.length > 1) this.isOpen = true
    }
  }

  /** Whether more rows could tell more. */
  get isAnswered(): boolean {
    return this.columns.length === 0 || this.found !== undefined
  }
}

function ordersOf(kinds: number): readonly (DateOrder | 'unknown')[] {
  if (kinds & KIND.shortDate) return ['unknown', 'unknown']
  const order = kinds & TWO_ORDERS
  if (order === TWO_ORDERS) return ['dmy', 'mdy']
  return order === KIND.dateDmy ? ['dmy'] : order === KIND.dateMdy ? ['mdy'] : []
}

const columnsOf = ({ fields }: RecordColumns, wanted: readonly string[]) =>
  fields.filter(({ field }) => wanted.includes(field)).map(({ column }) => column)

/**
 * Reads a file to find the order of its dates and the decimal mark of its amounts, where the request
 * does not say them. It reads on only while there are cells that could be read in two ways.
 *
 * @param earlier what opening the file found
 * @throws CsvError
 */
export async function surveyFormats(
  context: ReadContext,
  columns: RecordColumns,
  earlier: EarlierPass,
): Promise<RecordFormats> {
  const { options, source, signal } = context
  const { numbers, dateOrder } = options
  const findOrders = createFindOrders()
  const asksMark = numbers.accounting === true && numbers.isDeclared !== true
  const dates = new Question(
    dateOrder === undefined ? columnsOf(columns, ['transaction_date']) : [],
    (text) => ordersOf(findOrders(text)),
  )
  const amounts = new Question(
    asksMark ? columnsOf(columns, AMOUNT_FIELDS) : [],
    createFindMarks(numbers),
  )
  const questions = [dates, amounts]
  if (!questions.every(({ isAnswered }) => isAnswered)) {
    const file = await openRows(source, { ...options, ...earlier }, DISCARD_REJECTS)
    for await (const { batch, fine } of file.batches()) {
      signal.throwIfAborted()
      for (let row = 0; row < batch.rows; row += 1) {
        if (fine[row] === 1) for (const one of questions) one.add(batch, row, file.skippedCells)
      }
      if (questions.every(({ isAnswered }) => isAnswered)) break
      if (batch.offset > SURVEY_BYTES && !questions.some(({ isOpen }) => isOpen)) break
    }
  }
  const isAmbiguous = ({ isOpen, found }: Question<unknown>) => isOpen && found === undefined
  return {
    ...(dates.found && dates.found !== 'unknown' && { dateOrder: dates.found }),
    ...(amounts.found && { mark: amounts.found }),
    ambiguous: [
      ...(isAmbiguous(dates) ? ['transaction_date'] : []),
      ...(isAmbiguous(amounts)
        ? AMOUNT_FIELDS.filter((one) => columns.fields.some(({ field }) => field === one))
        : []),
    ],
  }
}
