import type { ImportDialect, ListedLine } from '../../generated/schemas.ts'
import { formatCount } from '../../lib/terminal.ts'
import { shown } from './shown.ts'

/** Of each kind; the document has up to 100. */
const MAX_LINES = 3
const MAX_TEXT = 60

/** How many lines, in words. */
const counted = (count: number, one: string, many: string) =>
  count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : many}`]

function examples(lines: readonly ListedLine[] = []): string[] {
  const texts = lines.filter(({ text }) => text.trim() !== '').slice(0, MAX_LINES)
  return texts.map(({ line, text }) => `  line ${line}: ${shown(text, MAX_TEXT)}`)
}

/** The lines of a file that are neither loaded nor refused: how many of each kind, and the first of them. */
export function listedText(dialect: ImportDialect): string[] {
  const { preamble_lines, footer_lines, repeated_headers, blank_rows = 0 } = dialect
  const counts = [
    ...counted(preamble_lines, 'line above the table', 'lines above the table'),
    ...counted(footer_lines, 'line below it', 'lines below it'),
    ...counted(repeated_headers, 'repeated header', 'repeated headers'),
    ...counted(blank_rows, 'blank row', 'blank rows'),
  ]
  if (counts.length === 0) return []
  const { preamble, footer, repeated_header_rows } = dialect
  return [
    `Left out: ${counts.join(', ')}`,
    ...[preamble, footer, repeated_header_rows].flatMap(examples),
  ]
}
