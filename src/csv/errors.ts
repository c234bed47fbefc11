export type CsvErrorCode =
  | 'quote_not_closed'
  | 'invalid_encoding'
  | 'invalid_dialect'
  | 'empty_file'
  | 'binary_file'

/** Why a file cannot be loaded. Its message is public and holds nothing of the file's content. */
export class FileError<Code extends string = string> extends Error {
  override readonly name: string = 'FileError'

  /** @param line where the trouble begins, counted from 1; 0 when it is of no line */
  constructor(
    readonly code: Code,
    message: string,
    readonly line = 0,
  ) {
    super(message)
  }
}

/** Why bytes cannot be read as CSV at all. */
export class CsvError extends FileError<CsvErrorCode> {
  override readonly name = 'CsvError'
}
