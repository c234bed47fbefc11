import { readRows } from '../../src/csv/read.ts'

/** The rows below the header of a CSV text, by column. */
export function readRecords(text: string): Record<string, string>[] {
  const [header, ...rows] = readRows(Buffer.from(text))
  return rows.map(({ cells }) =>
    Object.fromEntries(header?.cells.map((name, column) => [name, cells[column] ?? '']) ?? []),
  )
}
