import { readRows } from '../../src/csv/read.ts'

/** Parses a CSV text with a header into records. */
export function readRecords(text: string): Record<string, string>[] {
  const [header, ...rows] = readRows(Buffer.from(text))
  return rows.map(({ cells }) =>
    Object.fromEntries(header?.cells.map((name, column) => [name, cells[column] ?? '']) ?? []),
  )
}
