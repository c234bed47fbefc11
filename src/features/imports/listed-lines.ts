import type { Listed } from '../../csv/file/listing.ts'
import type { FileDialect } from '../../csv/file/row-file.ts'
import type { ListedLine } from '../../generated/schemas.ts'
import { maskAccountNumbersIn } from '../bank-accounts/bank-accounts.public.ts'
import type { Chunks } from './chunks.ts'

/** The lines of a file that are neither loaded nor refused, as an import's dialect shows them. */
export interface ListedLines {
  readonly preamble: readonly ListedLine[]
  readonly footer: readonly ListedLine[]
  readonly repeated_header_rows: readonly ListedLine[]
  readonly blank_row_lines: readonly ListedLine[]
}

/** The lines as the API shows them. */
export function listedLines({ listed }: FileDialect): ListedLines {
  const lines = ({ lines: first }: Listed) => first
  return {
    preamble: lines(listed.preamble),
    footer: lines(listed.footer),
    repeated_header_rows: lines(listed.repeatedHeaders),
    blank_row_lines: lines(listed.blankRows),
  }
}

/** Stores the lines, encrypted: a statement has its account above the table. */
export async function storeListedLines(
  chunks: Chunks,
  importId: bigint,
  dialect: FileDialect,
): Promise<void> {
  await chunks.remove(importId, 'listed')
  const stored = listedLines(dialect)
  if (Object.values(stored).every((list) => list.length === 0)) return
  await chunks.append(importId, 'listed', 0, Buffer.from(JSON.stringify(stored)))
}

/**
 * Reads the lines.
 *
 * @param isOwn whether the caller's account sent the file; for others account numbers are masked
 * @returns undefined if there are none, or no longer
 */
export async function readListedLines(
  chunks: Chunks,
  importId: bigint,
  isOwn: boolean,
): Promise<ListedLines | undefined> {
  const pieces: Buffer[] = []
  for await (const piece of chunks.read(importId, 'listed')) pieces.push(piece)
  if (pieces.length === 0) return undefined
  const mask = (key: string, value: unknown) =>
    key === 'text' && !isOwn ? maskAccountNumbersIn(String(value)) : value
  return JSON.parse(Buffer.concat(pieces).toString(), mask) as ListedLines
}
