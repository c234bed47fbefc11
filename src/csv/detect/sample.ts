import { CsvError } from '../errors.ts'
import type { Format } from '../parse/format.ts'
import { CsvParser } from '../parse/parser.ts'
import type { RowBatch } from '../parse/row-batch.ts'
import { CELL } from '../parse/row-cells.ts'
import type { RowProblem } from '../parse/row-problems.ts'

export type RowEnd = 'lf' | 'crlf' | 'cr' | 'none'

/** A row of a sample. */
export interface SampleRow {
  readonly line: number
  readonly cells: readonly string[]
  /** Whether a cell is properly quoted. */
  readonly quoted: boolean
  readonly problem: RowProblem | undefined
  readonly end: RowEnd
}

export interface Sample {
  readonly rows: readonly SampleRow[]
  /** The share of bytes the rows cover; a truncated last row is not included. */
  readonly covered: number
}

function rowEnd({ bytes, rowStart, rowEnd: ends }: RowBatch, row: number): RowEnd {
  const [start, end] = [rowStart[row] as number, ends[row] as number]
  const last = start < end ? bytes[end - 1] : undefined
  if (last === 0x0d) return 'cr'
  if (last !== 0x0a) return 'none'
  return end - 2 >= start && bytes[end - 2] === 0x0d ? 'crlf' : 'lf'
}

function isQuoted({ firstCell, cellFlags }: RowBatch, row: number): boolean {
  const end = firstCell[row + 1] as number
  for (let cell = firstCell[row] as number; cell < end; cell += 1) {
    if (((cellFlags[cell] as number) & CELL.quoted) !== 0) return true
  }
  return false
}

/** Rows of nothing say nothing about a table, wherever they are. */
const isBlank = ({ cells, quoted }: SampleRow): boolean =>
  !quoted && cells.every((cell) => cell.trim() === '')

function* rowsOf(batch: RowBatch): Generator<SampleRow, void> {
  for (let row = 0; row < batch.rows; row += 1) {
    yield {
      line: batch.line[row] ?? 0,
      cells: batch.texts(row),
      quoted: isQuoted(batch, row),
      problem: batch.problem(row),
      end: rowEnd(batch, row),
    }
  }
}

/**
 * Parses the beginning of a file, in UTF-8, in the given format.
 *
 * @param whole whether it is the whole file. Otherwise the last row may be truncated and is
 *   dropped. If that is most of the sample, an unclosed quote is more likely. The line it begins
 *   on then counts as a row.
 */
export function readSample(utf8: Buffer, format: Format, whole: boolean): Sample {
  const parser = new CsvParser({ ...format, skipMarks: true })
  const rows: SampleRow[] = []
  let read = 0
  const add = (batch: RowBatch) => {
    rows.push(...rowsOf(batch))
    read = batch.offset + (batch.rowEnd[batch.rows - 1] ?? 0)
  }
  try {
    for (const batch of parser.push(utf8)) add(batch)
    const swallowed = read < utf8.length / 2
    if (whole || swallowed) for (const batch of parser.end()) add(batch)
    if (!whole && swallowed && rows.length > 1) rows.pop()
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
  }
  const filled = rows.filter((row) => !isBlank(row))
  return {
    rows: filled.length > 0 ? filled : rows,
    covered: utf8.length === 0 ? 1 : read / utf8.length,
  }
}
