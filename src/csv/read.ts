import { detectEncoding } from './detect/encoding.ts'
import { CsvParser, type ParserOptions } from './parse/parser.ts'
import type { RowBatch } from './parse/row-batch.ts'
import type { RowProblem } from './parse/row-problems.ts'
import { createUtf8Converter } from './parse/to-utf8.ts'

export interface CsvRow {
  /** The line on which the row begins, counted from 1. */
  readonly line: number
  readonly cells: readonly string[]
  /** What is malformed about the row, if anything. */
  readonly problem: RowProblem | undefined
}

function* rowsOf(batch: RowBatch): Generator<CsvRow, void> {
  for (let row = 0; row < batch.rows; row += 1) {
    yield { line: batch.line[row] ?? 0, cells: batch.texts(row), problem: batch.problem(row) }
  }
}

/**
 * Parses a whole file in memory, in any encoding.
 *
 * @throws CsvError like the parser and the converter
 */
export function* readRows(file: Uint8Array, options?: ParserOptions): Generator<CsvRow, void> {
  const converter = createUtf8Converter(detectEncoding(file, true))
  const parser = new CsvParser(options)
  for (const bytes of [converter.push(file), converter.end()]) {
    for (const batch of parser.push(bytes)) yield* rowsOf(batch)
  }
  for (const batch of parser.end()) yield* rowsOf(batch)
}
