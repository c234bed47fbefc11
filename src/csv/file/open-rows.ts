import { openSample } from './open-sample.ts'
import { type ReadOptions, RowFile } from './row-file.ts'
import type { ByteSource, RejectSink } from './source.ts'
import { toUtf8 } from './utf8-chunks.ts'

/**
 * Opens a file, and detects its dialect from its beginning unless an earlier pass did.
 *
 * @throws CsvError if it is not CSV
 */
export async function openRows(
  source: ByteSource,
  options: ReadOptions,
  rejects: RejectSink,
): Promise<RowFile> {
  const { found, detected, sampleBytes } = options
  const { dialect, chunks } = detected
    ? { dialect: detected, chunks: source.open() }
    : await openSample(source, options.dialect, found, sampleBytes)
  const { encoding } = options.dialect
  const utf8 = toUtf8(chunks, dialect, {
    isDeclaredUtf8: encoding === 'utf-8',
    isSettled: encoding !== undefined || found !== undefined,
  })
  const file = new RowFile(dialect, utf8, options, rejects)
  rejects.header(file.columns.map((name, index) => name ?? `column_${index + 1}`))
  return file
}
