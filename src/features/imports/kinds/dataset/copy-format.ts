import type { FileDialect } from '../../../../csv/file/row-file.ts'
import { escapeLiteral } from '../../../../database/client.ts'
import type { ImportOptions } from '../options.ts'
import { nullWords } from './rules.ts'

/** How the rows are written that COPY reads. */
export interface CopyFormat {
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  readonly lineEnd: '\n' | '\r\n'
  /** Whether the file is written so itself: rows can be taken as they stand. */
  readonly isFiles: boolean
  /** Whether what is missing is marked, as an empty cell is an empty text. */
  readonly marksMissing: boolean
}

/** Stands, without quotes, for a cell that a short row lacks. */
export const MISSING = '\\N'

const STANDARD: CopyFormat = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  lineEnd: '\n',
  isFiles: false,
  marksMissing: false,
}

/** Characters that COPY takes for a delimiter in CSV, and that no other option of it excludes. */
const isDelimiter = (character: string): boolean =>
  !/[\s\\."']/.test(character) || character === '\t'

/**
 * The file's own format where COPY reads it, otherwise the usual one.
 *
 * @param skippedCells in front of the first column
 */
export function copyFormatOf(
  dialect: FileDialect,
  skippedCells: number,
  options: ImportOptions,
): CopyFormat {
  const keepsEmpty = nullWords(options)?.includes('') === false || options.types === 'text'
  const holdsNulls = options.types === 'infer' || options.ragged === 'pad'
  if (keepsEmpty && holdsNulls) return { ...STANDARD, marksMissing: true }
  const { delimiter, quote, escape: escaping, lineEnd, lineEndsSeen } = dialect
  const isCommon = escaping === 'doubled' && lineEnd === 'any' && lineEndsSeen !== 'cr'
  if (skippedCells > 0 || quote === null || !isCommon) return STANDARD
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
 * The options of COPY.
 *
 * @param keepEmpty columns, as quoted identifiers, in which an empty cell is an empty text and not null
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
