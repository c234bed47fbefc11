import type { RowBatch } from '../../../../csv/parse/row-batch.ts'
import type { CopyFormat } from './copy-format.ts'

const CR = 0x0d
const LF = 0x0a

/**
 * Creates the test whether COPY reads a row unchanged. It leaves the meaning of cells to others.
 */
export function createPlainTest(format: CopyFormat, width: number) {
  const quote = format.quote.charCodeAt(0)
  const crlf = format.lineEnd === '\r\n'

  const endsAlike = ({ bytes, rowEnd }: RowBatch, row: number): boolean => {
    const end = rowEnd[row] as number
    return bytes[end - 1] === LF && (bytes[end - 2] === CR) === crlf
  }

  /** COPY would take a quote within an unquoted cell for the start of a quoted part. */
  const holdsLoneQuote = (batch: RowBatch, row: number): boolean => {
    const last = batch.firstCell[row + 1] as number
    for (let cell = batch.firstCell[row] as number; cell < last; cell += 1) {
      if (batch.cellFlags[cell] !== 0) continue
      const end = batch.cellEnd[cell] as number
      for (let at = batch.cellStart[cell] as number; at < end; at += 1) {
        if (batch.bytes[at] === quote) return true
      }
    }
    return false
  }

  /** Before PostgreSQL 18, a line of `\.` alone ends the data. */
  const isEndMark = ({ bytes, rowStart }: RowBatch, row: number): boolean =>
    width === 1 && bytes.toString('latin1', rowStart[row], (rowStart[row] as number) + 2) === '\\.'

  return (batch: RowBatch) => {
    const [start, end] = [batch.rowStart[0] as number, batch.rowEnd[batch.rows - 1] as number]
    const hasQuotes = batch.bytes.subarray(start, end).includes(quote)
    return (row: number): boolean =>
      batch.width(row) === width &&
      endsAlike(batch, row) &&
      !(hasQuotes && holdsLoneQuote(batch, row)) &&
      !isEndMark(batch, row)
  }
}
