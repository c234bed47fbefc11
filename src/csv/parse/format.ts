import { CsvError } from '../errors.ts'

/** Which bytes end a row. `any`: `\n`, `\r\n` and `\r`, also mixed; otherwise that one alone. */
export type LineEnd = 'any' | 'lf' | 'crlf' | 'cr'

/** How a quote is written inside a quoted cell: twice, or with a backslash before it (or twice). */
export type Escape = 'doubled' | 'backslash'

/** How rows and cells are told apart. */
export interface Format {
  /** One ASCII character. */
  readonly delimiter: string
  /** One ASCII character; null where nothing is quoted. */
  readonly quote: string | null
  readonly escape: Escape
  readonly lineEnd: LineEnd
}

/** RFC 4180, with any line end. */
export const STANDARD: Format = { delimiter: ',', quote: '"', escape: 'doubled', lineEnd: 'any' }

/** The byte of one ASCII character. @throws CsvError `invalid_dialect` when it is anything else */
export function byteOf(what: string, character: string): number {
  const byte = character.charCodeAt(0)
  if (character.length !== 1 || byte > 0x7f || byte === 0x0a || byte === 0x0d || byte === 0) {
    throw new CsvError('invalid_dialect', `The ${what} is not one ASCII character.`)
  }
  return byte
}

/** Takes the escapes out of a quoted cell's text. */
export function createUnescape({ quote, escape: escaping }: Format): (text: string) => string {
  if (quote === null) return (text) => text
  const twice = quote + quote
  if (escaping === 'doubled') return (text) => text.replaceAll(twice, quote)
  return (text) => {
    let plain = ''
    for (let index = 0; index < text.length; index += 1) {
      const pair = text.slice(index, index + 2)
      if (pair === twice || pair === `\\${quote}` || pair === '\\\\') index += 1
      plain += text[index]
    }
    return plain
  }
}
