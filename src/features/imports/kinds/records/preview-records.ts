import { MAX_PREVIEW_ROWS, type PreviewResult } from '../loader.ts'
import type { RecordFile } from './record-file.ts'

/** Shows what the rows of a file of records would be. @param show the fields of a record */
export async function previewRecords<T>(
  records: RecordFile<T>,
  show: (item: T) => Readonly<Record<string, string | null>>,
): Promise<PreviewResult> {
  const rows: Readonly<Record<string, string | null>>[] = []
  for await (const { items } of records.lots(1)) {
    rows.push(...items.slice(0, MAX_PREVIEW_ROWS - rows.length).map(show))
  }
  await records.endRejects()
  const { file } = records
  return { dialect: file.dialect, columns: records.shown(), rows, read: file.rowsRead }
}
