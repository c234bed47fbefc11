import { createReadStream } from 'node:fs'
import { type FileHead, previewFile, readFileHead } from '../../features/imports/preview.ts'
import { createRowReader } from '../../features/transactions/row-reader.ts'
import { requireCurrency } from '../../lib/money.ts'
import type { Outcome } from '../../lib/process.ts'
import { createPreviewers } from '../../services/loading.ts'
import type { ImportCommand } from './options.ts'
import { previewText } from './preview-text.ts'

async function headOf(path: string): Promise<FileHead> {
  return await readFileHead(createReadStream(path), false)
}

/**
 * Shows what a file from the disk would become. It needs no database: a user named by email address is
 * not looked up.
 *
 * @throws AppError 422
 */
export async function runPreview(
  { file, query }: ImportCommand,
  defaultCurrency: string,
): Promise<Outcome> {
  const { user_email, ...rest } = query
  const previewers = createPreviewers(createRowReader(requireCurrency(defaultCurrency)))
  const named = user_email === undefined ? {} : { user_email }
  const preview = await previewFile(
    previewers,
    { ...rest, default: { ...rest.default, ...named } },
    await headOf(file),
  )
  return { text: previewText(preview), document: preview }
}
