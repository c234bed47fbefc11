import { type Dialect, detectDialect, type GivenDialect } from '../../src/csv/detect/dialect.ts'
import { CsvParser } from '../../src/csv/parse/parser.ts'
import type { RowBatch } from '../../src/csv/parse/row-batch.ts'
import type { RowProblem } from '../../src/csv/parse/row-problems.ts'
import { createUtf8Converter } from '../../src/csv/parse/to-utf8.ts'
import { cut } from './read.ts'

/** How much of a file is used to detect its dialect. */
const SAMPLE_BYTES = 256 * 1024

export interface TableRow {
  readonly cells: readonly string[]
  readonly problem: RowProblem | undefined
}

/**
 * Reads a whole file, without its header and what surrounds the table.
 *
 * @param lengths chunk lengths
 */
export function readTable(
  file: Buffer,
  given: GivenDialect = {},
  lengths: readonly number[] = [],
): { readonly dialect: Dialect; readonly rows: TableRow[] } {
  const whole = file.length <= SAMPLE_BYTES
  const dialect = detectDialect(file.subarray(0, SAMPLE_BYTES), given, whole)
  const converter = createUtf8Converter(dialect)
  const parser = new CsvParser({
    ...dialect,
    skipLines: dialect.preambleLines,
    skipEmptyLines: dialect.columns !== 1,
  })
  const rows: TableRow[] = []
  const add = (batch: RowBatch) => {
    for (let row = 0; row < batch.rows; row += 1) {
      rows.push({ cells: batch.texts(row), problem: batch.problem(row) })
    }
  }
  for (const chunk of cut(file, lengths)) {
    for (const batch of parser.push(converter.push(chunk))) add(batch)
  }
  for (const batch of parser.push(converter.end())) add(batch)
  for (const batch of parser.end()) add(batch)
  return { dialect, rows: rows.slice(dialect.headerLines, rows.length - dialect.footerLines) }
}
