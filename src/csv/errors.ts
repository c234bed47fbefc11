export type CsvErrorCode =
  | 'quote_not_closed'
  | 'invalid_encoding'
  | 'invalid_dialect'
  | 'empty_file'
  | 'binary_file'

/** Why a file cannot be loaded. The message is public and never contains the file's content. */
export class FileError<Code extends string = string> extends Error {
  override readonly name: string = 'FileError'

  /** @param line the line where the error begins, counted from 1; 0 if it concerns no line */
  constructor(
    readonly code: Code,
    message: string,
    readonly line = 0,
  ) {
    super(message)
  }
}

/** Why bytes cannot be parsed as CSV at all. */
export class CsvError extends FileError<CsvErrorCode> {
  override readonly name = 'CsvError'
}
