import type { RowBatch } from '../parse/row-batch.ts'
import { isBlank } from '../types/blank.ts'

/**
 * Whether a row has nothing but blanks in its cells, and no quotes. Spreadsheets write such rows
 * below a table, with a delimiter for each column.
 */
export function isBlankRow(batch: RowBatch, row: number): boolean {
  const { bytes, cellStart, cellEnd, cellFlags } = batch
  const last = batch.firstCell[row + 1] as number
  for (let cell = batch.firstCell[row] as number; cell < last; cell += 1) {
    if (cellFlags[cell] !== 0) return false
    const end = cellEnd[cell] as number
    for (let at = cellStart[cell] as number; at < end; at += 1) {
      if (!isBlank(bytes[at])) return false
    }
  }
  return true
}

/** Whether a row is an empty line. */
function isEmptyLine({ firstCell, cellStart, cellEnd, cellFlags }: RowBatch, row: number): boolean {
  const cell = firstCell[row] as number
  const isOnly = firstCell[row + 1] === cell + 1
  return isOnly && cellStart[cell] === cellEnd[cell] && cellFlags[cell] === 0
}

/**
 * Creates the test whether a row is blank. It tells most rows by their first byte.
 *
 * @param keepsCells whether blanks are cells like any other, so that only empty lines are blank
 */
export function createBlankTest(delimiter: string, keepsCells: boolean) {
  if (keepsCells) return isEmptyLine
  const begins = new Uint8Array(256)
  for (const byte of Buffer.from(` \t\r\n${delimiter}`)) begins[byte] = 1
  return (batch: RowBatch, row: number): boolean =>
    begins[batch.bytes[batch.rowStart[row] as number] as number] === 1 && isBlankRow(batch, row)
}
