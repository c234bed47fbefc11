import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { CsvError } from '../../../csv/errors.ts'
import type { RowProblem } from '../../../csv/parse/row-problems.ts'
import { type CsvRow, readRows } from '../../../csv/read.ts'
import { StartupError } from '../../../errors.ts'

/** Which columns a file has, in any order. */
export interface Columns {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** One line of a CSV file below its header. */
export interface Row {
  readonly line: number
  /** A cell without surrounding blanks; undefined when it is empty or its column is not there. */
  cell(column: string): string | undefined
  /** A cell that has to be filled. @throws StartupError */
  required(column: string): string
  /** What is wrong with this line, as an error to throw. `problem` continues the sentence. */
  bad(problem: string): StartupError
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new StartupError(
      code === 'ENOENT'
        ? `There is no file ${path}.`
        : `The file ${path} cannot be read (${code}).`,
    )
  }
}

const PROBLEMS: Readonly<Record<RowProblem, string>> = {
  malformed_quote: 'the line goes on behind a closing quote',
  too_many_columns: 'the line has too many cells',
  quote_not_closed: 'the line is inside a quotation that does not end',
  row_too_long: 'the line is too long',
}

function checkHeader(file: string, header: CsvRow, { required, optional }: Columns) {
  if (header.problem)
    throw new StartupError(`${file}, line ${header.line}: ${PROBLEMS[header.problem]}.`)
  const names = header.cells.map((name) => name.trim().toLowerCase())
  const known = [...required, ...optional]
  const missing = required.find((name) => !names.includes(name))
  const unknown = names.find((name) => !known.includes(name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (missing !== undefined)
    throw new StartupError(`${file}, line 1: the column ${missing} is missing.`)
  if (unknown !== undefined) {
    throw new StartupError(
      `${file}, line 1: the column "${unknown}" is not one of ${known.join(', ')}.`,
    )
  }
  if (twice !== undefined)
    throw new StartupError(`${file}, line 1: the column ${twice} is there twice.`)
  return names
}

/** Why a file is not CSV at all, as an error to throw. */
function notCsv(file: string, { line, message }: CsvError): StartupError {
  return new StartupError(`${line > 0 ? `${file}, line ${line}` : file}: ${message}`)
}

function toRow(file: string, header: readonly string[], parsed: CsvRow): Row {
  const { line, cells } = parsed
  const bad = (problem: string) => new StartupError(`${file}, line ${line}: ${problem}.`)
  if (parsed.problem) throw bad(PROBLEMS[parsed.problem])
  if (cells.length !== header.length) throw bad('the line has more or fewer cells than the header')
  const cell = (column: string) => cells[header.indexOf(column)]?.trim() || undefined
  return {
    line,
    cell,
    bad,
    required(column) {
      const value = cell(column)
      if (value === undefined) throw bad(`${column} is empty`)
      return value
    },
  }
}

/**
 * Reads a CSV file with a header line, whole.
 *
 * @throws StartupError when it is not there, is not CSV, or has other columns
 */
export async function readCsv(path: string, columns: Columns): Promise<Row[]> {
  const file = basename(path)
  const bytes = await readBytes(path)
  try {
    const [first, ...rows] = readRows(bytes)
    const header = first && checkHeader(file, first, columns)
    if (header === undefined || rows.length === 0) {
      throw new StartupError(`${file}: there is nothing below the header.`)
    }
    return rows.map((row) => toRow(file, header, row))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw notCsv(file, error)
  }
}
