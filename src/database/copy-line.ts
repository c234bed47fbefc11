import { hex } from '../lib/hex.ts'

/** A value that COPY's text format can represent. */
export type CopyValue = string | number | bigint | Uint8Array | readonly bigint[] | null

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

const escaped = (text: string): string =>
  SPECIAL.test(text)
    ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] as string)
    : text

function cellOf(value: CopyValue): string {
  if (value === null) return '\\N'
  if (typeof value === 'string') return escaped(value)
  if (value instanceof Uint8Array) return `\\\\x${hex(value)}`
  return Array.isArray(value) ? `{${value.join(',')}}` : String(value)
}

/** A row in COPY's text format, including its line end. */
export function copyLine(values: readonly CopyValue[]): string {
  let line = ''
  for (const value of values) line += line === '' ? cellOf(value) : `\t${cellOf(value)}`
  return `${line}\n`
}
