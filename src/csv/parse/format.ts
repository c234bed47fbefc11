import { CsvError } from '../errors.ts'

/** What ends a row. `any`: `\n`, `\r\n` and `\r`, even mixed; otherwise only the named one. */
export type LineEnd = 'any' | 'lf' | 'crlf' | 'cr'

/**
 * How a quote inside a quoted cell is written: doubled, or preceded by a backslash (or doubled).
 */
export type Escape = 'doubled' | 'backslash'

/** How rows and cells are separated. */
export interface Format {
  /** One ASCII character. */
  readonly delimiter: string
  /** One ASCII character; null if nothing is quoted. */
  readonly quote: string | null
  readonly escape: Escape
  readonly lineEnd: LineEnd
  /** Whether blanks around a quoted cell belong to no cell: `1, "Smith, John"`. False if absent. */
  readonly padded?: boolean
}

/** RFC 4180, with any line end. */
export const STANDARD: Format = { delimiter: ',', quote: '"', escape: 'doubled', lineEnd: 'any' }

/**
 * The byte of one ASCII character.
 *
 * @throws CsvError `invalid_dialect` if it is anything else
 */
export function byteOf(what: string, character: string): number {
  const byte = character.charCodeAt(0)
  if (character.length !== 1 || byte > 0x7f || byte === 0x0a || byte === 0x0d || byte === 0) {
    throw new CsvError('invalid_dialect', `The ${what} is not one ASCII character.`)
  }
  return byte
}

/** Creates a function that removes the escapes from a quoted cell's text. */
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
