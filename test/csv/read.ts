import { CsvParser, type ParserOptions } from '../../src/csv/parse/parser.ts'
import type { RowBatch } from '../../src/csv/parse/row-batch.ts'
import type { RowProblem } from '../../src/csv/parse/row-problems.ts'
import { ColumnTypes } from '../../src/csv/types/column-types.ts'

/** Cuts bytes into chunks of these lengths, in rotation. */
export function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer, void> {
  for (let from = 0, index = 0; from < bytes.length; index += 1) {
    const length = lengths[index % lengths.length] ?? bytes.length
    yield bytes.subarray(from, from + length)
    from += length
  }
}

/** Passes every batch of a file to `use`. */
export function parse(
  chunks: Iterable<Buffer>,
  options: ParserOptions | undefined,
  use: (batch: RowBatch) => void,
): void {
  const parser = new CsvParser(options)
  for (const chunk of chunks) for (const batch of parser.push(chunk)) use(batch)
  for (const batch of parser.end()) use(batch)
}

export interface ReadRow {
  readonly line: number
  readonly cells: readonly string[]
  readonly problem: RowProblem | undefined
  /** The byte offsets of the row in the file. */
  readonly from: number
  readonly to: number
}

/**
 * Parses all rows of a text.
 *
 * @param lengths chunk lengths; one chunk if empty
 */
export function read(text: string, options?: ParserOptions, lengths: number[] = []): ReadRow[] {
  const rows: ReadRow[] = []
  parse(cut(Buffer.from(text), lengths), options, (batch) => {
    for (let row = 0; row < batch.rows; row += 1) {
      rows.push({
        line: batch.line[row] ?? 0,
        cells: batch.texts(row),
        problem: batch.problem(row),
        from: batch.offset + (batch.rowStart[row] ?? 0),
        to: batch.offset + (batch.rowEnd[row] ?? 0),
      })
    }
  })
  return rows
}

export const cells = (text: string, options?: ParserOptions) =>
  read(text, options).map((row) => row.cells)

/** Detects the columns of rows without a header. */
export function typesOf(text: string, nullWords?: readonly string[]) {
  const types = new ColumnTypes({ nulls: nullWords })
  parse([Buffer.from(text)], {}, (batch) => types.add(batch))
  return types.columns()
}
