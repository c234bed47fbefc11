import type { FileDialect } from '../../csv/file/row-file.ts'
import type { Prisma } from '../../database/client.ts'
import type { Column, Import, ImportDialect, ImportError } from '../../generated/schemas.ts'
import { hex } from '../../lib/hex.ts'
import type { ImportOptions } from './kinds/options.ts'
import type { ListedLines } from './listed-lines.ts'

/** What is stored of an import. */
export type ImportRecord = Prisma.ImportGetPayload<object>

/** A dialect as it is stored and shown. */
export const dialectView = (dialect: FileDialect): ImportDialect => ({
  encoding: dialect.encoding,
  encoding_guessed: dialect.isEncodingGuess,
  bom: dialect.bomBytes > 0,
  delimiter: dialect.delimiter,
  quote: dialect.quote,
  escape: dialect.escape,
  line_end: dialect.lineEndsSeen,
  header: dialect.header,
  header_lines: dialect.headerLines,
  preamble_lines: dialect.preambleLines,
  footer_lines: dialect.footerLines,
  repeated_headers: dialect.repeatedHeaders,
  blank_rows: dialect.listed.blankRows.count,
  byte_order_marks: dialect.marks,
  trailing_empty_columns: dialect.trailingEmptyColumns,
  ragged_rows: dialect.raggedRows,
  mended_bytes: dialect.mendedBytes,
})

/** The part that has been read; all of it is read when it is completed, and not before. */
function progressOf({ status, bytesRead, bytesTotal }: ImportRecord): number {
  if (status === 'completed') return 1
  if (!bytesTotal) return 0
  return Math.min(Math.floor((Number(bytesRead) / Number(bytesTotal)) * 100) / 100, 0.99)
}

/** How fast it is, and in how many seconds it may be done. */
function paceOf(record: ImportRecord, progress: number) {
  const { status, startedAt, finishedAt, rowsRead } = record
  if (startedAt === null) return {}
  const seconds = ((finishedAt?.getTime() ?? Date.now()) - startedAt.getTime()) / 1000
  const rate = seconds > 0 ? Math.round(Number(rowsRead) / seconds) : 0
  const isGoing = status === 'running' && progress > 0
  return {
    rows_per_second: rate,
    ...(isGoing && { eta_seconds: Math.ceil((seconds * (1 - progress)) / progress) }),
  }
}

/** The names of columns that are text because their cells could be read in two ways. */
export const ambiguousOf = (columns: readonly Column[]): string[] =>
  columns.filter(({ ambiguous }) => ambiguous).map(({ name }) => name)

/**
 * An import as the API shows it.
 *
 * @param listed the lines of its file that are neither loaded nor refused
 */
export function importView(record: ImportRecord, listed?: ListedLines): Import {
  const { sha256, bytesTotal, startedAt, finishedAt, error } = record
  const progress = progressOf(record)
  const columns = (record.columns ?? []) as Import['columns']
  return {
    id: Number(record.id),
    kind: record.kind,
    name: record.name,
    status: record.status as Import['status'],
    dry_run: (record.options as unknown as ImportOptions).dryRun,
    ...(sha256 !== null && { sha256: hex(sha256) }),
    ...(bytesTotal !== null && { bytes_total: Number(bytesTotal) }),
    bytes_read: Number(record.bytesRead),
    rows_read: Number(record.rowsRead),
    rows_loaded: Number(record.rowsLoaded),
    rows_rejected: Number(record.rowsRejected),
    rows_skipped: Number(record.rowsSkipped),
    ...paceOf(record, progress),
    progress,
    dialect:
      record.dialect === null
        ? null
        : ({ ...(record.dialect as ImportDialect), ...listed } as ImportDialect),
    columns,
    ambiguous: ambiguousOf(columns),
    requested_by: Number(record.userId),
    created_at: record.createdAt.toISOString(),
    ...(startedAt !== null && { started_at: startedAt.toISOString() }),
    ...(finishedAt !== null && { finished_at: finishedAt.toISOString() }),
    ...(error !== null && { error: error as ImportError }),
  }
}
