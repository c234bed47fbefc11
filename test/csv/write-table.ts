import type { Encoding } from '../../src/csv/detect/encoding.ts'
import type { Format } from '../../src/csv/parse/format.ts'

export type Table = readonly (readonly string[])[]

/** How a table is written, apart from its format. */
export interface Writing {
  readonly encoding: Encoding
  /** Whether to start with a byte order mark. */
  readonly marked: boolean
  /** Whether to quote only the cells that need it. */
  readonly bare: boolean
  readonly lastLineEnd: boolean
}

const LINE_ENDS = { any: '\n', lf: '\n', crlf: '\r\n', cr: '\r' } as const

/** Writes a quoted cell; if `bare`, without quotes where they are not needed. */
export function writeCell(text: string, format: Format, bare: boolean): string {
  const { delimiter, quote, escape: escaping } = format
  if (quote === null) throw new Error('The tables written here are quoted.')
  const special = [delimiter, '\r', '\n'].some((mark) => text.includes(mark))
  // A blank between a delimiter and a quote belongs to neither.
  const isQuoted = text.trimStart().startsWith(quote)
  if (bare && text !== '' && !special && !isQuoted) return text
  const escaped =
    escaping === 'doubled'
      ? text.replaceAll(quote, quote + quote)
      : text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
  return `${quote}${escaped}${quote}`
}

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text)
  if (encoding === 'windows-1252') return Buffer.from(text, 'latin1')
  const utf16 = Buffer.from(text, 'utf16le')
  return encoding === 'utf-16be' ? utf16.swap16() : utf16
}

export function writeTable(table: Table, format: Format, writing: Writing): Buffer {
  const { encoding, marked, bare, lastLineEnd } = writing
  const end = LINE_ENDS[format.lineEnd]
  const lines = table.map((row) =>
    row.map((text) => writeCell(text, format, bare)).join(format.delimiter),
  )
  const text = lines.join(end) + (lastLineEnd && lines.length > 0 ? end : '')
  return encode(marked ? `\ufeff${text}` : text, encoding)
}
