import type { FileDialect } from '../../../../csv/file/row-file.ts'
import { escapeLiteral } from '../../../../database/client.ts'
import type { ImportOptions } from '../options.ts'
import { nullWords } from './rules.ts'

/** The CSV format of the rows that COPY reads. */
export interface CopyFormat {
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  readonly lineEnd: '\n' | '\r\n'
  /** Whether the file has this format, so that rows can be copied unchanged. */
  readonly isFiles: boolean
  /** Whether {@link MISSING} marks nulls, because an empty cell means an empty text. */
  readonly marksMissing: boolean
}

/** Marks, without quotes, a cell that a short row lacks. */
export const MISSING = '\\N'

const STANDARD: CopyFormat = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  lineEnd: '\n',
  isFiles: false,
  marksMissing: false,
}

/** Whether COPY accepts a character as delimiter, beside its other options. */
const isDelimiter = (character: string): boolean =>
  !/[\s\\."']/.test(character) || character === '\t'

/**
 * Chooses the file's own format if COPY can read it, else standard CSV.
 *
 * @param skippedCells number of cells before the first column
 */
export function copyFormatOf(
  dialect: FileDialect,
  skippedCells: number,
  options: ImportOptions,
): CopyFormat {
  const keepsEmpty = nullWords(options)?.includes('') === false || options.types === 'text'
  const holdsNulls = options.types === 'infer' || options.ragged === 'pad'
  if (keepsEmpty && holdsNulls) return { ...STANDARD, marksMissing: true }
  const { delimiter, quote, escape: escaping, padded, lineEnd, lineEndsSeen } = dialect
  const isCommon = escaping === 'doubled' && lineEnd === 'any' && lineEndsSeen !== 'cr'
  // COPY takes a blank before a quote for the start of the cell.
  if (skippedCells > 0 || quote === null || padded || !isCommon) return STANDARD
  if (!isDelimiter(delimiter)) return STANDARD
  return {
    delimiter,
    quote,
    escape: quote,
    lineEnd: lineEndsSeen === 'crlf' ? '\r\n' : '\n',
    isFiles: true,
    marksMissing: false,
  }
}

/**
 * Builds the options of COPY.
 *
 * @param keepEmpty quoted names of the columns in which an empty cell is an empty text, not null
 */
export function copyOptions(format: CopyFormat, keepEmpty: readonly string[]): string {
  // Before PostgreSQL 17 there is no `*` for all columns.
  const notNull = keepEmpty.length > 0 ? [`FORCE_NOT_NULL (${keepEmpty.join(', ')})`] : []
  return [
    'FORMAT csv, FREEZE',
    `DELIMITER ${escapeLiteral(format.delimiter)}`,
    `QUOTE ${escapeLiteral(format.quote)}`,
    `ESCAPE ${escapeLiteral(format.escape)}`,
    ...(format.marksMissing ? [`NULL ${escapeLiteral(MISSING)}`] : notNull),
  ].join(', ')
}
