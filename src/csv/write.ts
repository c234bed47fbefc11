/** What a spreadsheet takes a cell for a formula by (OWASP, CSV injection). */
export const FORMULA_SIGNS: readonly string[] = ['=', '+', '-', '@', '\t', '\r']

const NEEDS_QUOTES = /[",\r\n]/
const QUOTE = 0x22
const LF = 0x0a
const CR = 0x0d

/** How cells are written. */
export interface WriteOptions {
  /** Whether a cell that a spreadsheet would run gets an apostrophe in front, which makes it text. */
  readonly safe?: boolean
}

const disarmed = (text: string): string =>
  FORMULA_SIGNS.includes(text.charAt(0)) ? `'${text}` : text

const quoted = (text: string): string =>
  NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** One line of a CSV file (RFC 4180), with its end. Cells stand as they are unless they are to be `safe`. */
export function csvLine(cells: readonly string[], { safe = false }: WriteOptions = {}): string {
  const written = cells.map((text) => quoted(safe ? disarmed(text) : text))
  return `${written.join(',')}\r\n`
}

/**
 * Makes a function that ends the lines of CSV with CR LF which end with LF. It takes the bytes of one file
 * piece by piece, and leaves the line ends inside of quotes.
 */
export function createLineEnds(): (piece: Uint8Array) => Buffer {
  let inQuotes = false
  return (piece) => {
    const out = Buffer.allocUnsafe(2 * piece.length)
    let at = 0
    // By index: `for … of` takes three times as long.
    for (let index = 0; index < piece.length; index += 1) {
      const byte = piece[index] as number
      if (byte === QUOTE) inQuotes = !inQuotes
      if (byte === LF && !inQuotes) {
        out[at] = CR
        at += 1
      }
      out[at] = byte
      at += 1
    }
    return out.subarray(0, at)
  }
}
