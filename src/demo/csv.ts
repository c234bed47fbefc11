import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import { badInput, type DemoError } from './errors.ts'

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
  /** A cell that has to be filled. @throws DemoError with exit code 2 */
  required(column: string): string
  /** What is wrong with this line, as an error to throw. `problem` continues the sentence. */
  bad(problem: string): DemoError
}

interface Parsed {
  readonly record: Readonly<Record<string, string>>
  readonly info: { readonly lines: number }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw badInput(
      code === 'ENOENT'
        ? `There is no file ${path}.`
        : `The file ${path} cannot be read (${code}).`,
    )
  }
}

function checkHeader(file: string, header: readonly string[], { required, optional }: Columns) {
  const names = header.map((name) => name.trim().toLowerCase())
  const known = [...required, ...optional]
  const missing = required.find((name) => !names.includes(name))
  const unknown = names.find((name) => !known.includes(name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (missing !== undefined) throw badInput(`${file}, line 1: the column ${missing} is missing.`)
  if (unknown !== undefined) {
    throw badInput(`${file}, line 1: the column "${unknown}" is not one of ${known.join(', ')}.`)
  }
  if (twice !== undefined) throw badInput(`${file}, line 1: the column ${twice} is there twice.`)
  return names
}

function describe(error: CsvError): string {
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return 'has more or fewer cells than the header'
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'is inside a quotation that does not end'
    default:
      return `is not CSV (${error.code})`
  }
}

function toRow(file: string, { record, info: { lines: line } }: Parsed): Row {
  const bad = (problem: string) => badInput(`${file}, line ${line}: ${problem}.`)
  const cell = (column: string) => record[column]?.trim() || undefined
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
 * @throws DemoError with exit code 2 when it is not there, is not CSV, or has other columns
 */
export async function readCsv(path: string, columns: Columns): Promise<Row[]> {
  const file = basename(path)
  const text = await readText(path)
  try {
    const rows = parse<Parsed>(text, {
      bom: true,
      columns: (header: string[]) => checkHeader(file, header, columns),
      info: true,
      skip_empty_lines: true,
    })
    if (rows.length === 0) throw badInput(`${file}: there is nothing below the header.`)
    return rows.map((row) => toRow(file, row))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw badInput(`${file}, line ${String(error['lines'])}: the line ${describe(error)}.`)
  }
}
