export type CsvErrorCode =
  | 'quote_not_closed'
  | 'invalid_encoding'
  | 'invalid_dialect'
  | 'empty_file'
  | 'binary_file'

/** Why bytes cannot be read as CSV at all. Its message holds nothing of the file's content. */
export class CsvError extends Error {
  override readonly name = 'CsvError'

  /** @param line where the trouble begins, counted from 1; 0 when it is of no line */
  constructor(
    readonly code: CsvErrorCode,
    message: string,
    readonly line = 0,
  ) {
    super(message)
  }
}
