import { maskAccountNumbersIn } from '../../../bank-accounts/bank-accounts.public.ts'
import { ImportError } from '../loader.ts'
import { fieldNames, type ImportOptions, plainName as plain, plainRenames } from '../options.ts'
import type { RecordShape } from '../shapes.ts'

/** A field, and the column of the file that has it. */
export interface FieldColumn {
  readonly field: string
  readonly column: number
}

/** The fields that a file's columns map to. */
export interface RecordColumns {
  readonly fields: readonly FieldColumn[]
  /** The names of all columns of the file. */
  readonly sources: readonly string[]
  /** Field -> value for an empty cell. */
  readonly defaults: ReadonlyMap<string, string>
  /** Fields that must not be empty. */
  readonly critical: readonly string[]
}

/** A message names at most so many columns, each cut to so many characters. */
const MAX_NAMES = 10
const MAX_CHARACTERS = 100

const list = (names: readonly string[]): string => {
  // A file without a header has a row of somebody's data in its place.
  const shown = names
    .slice(0, MAX_NAMES)
    .map((name) => maskAccountNumbersIn(name.slice(0, MAX_CHARACTERS)))
  return shown.join(', ') + (names.length > MAX_NAMES ? ', …' : '')
}

const problem = (text: string) => new ImportError('columns', text)

function rename(sources: readonly string[], renames: ImportOptions['rename']): readonly string[] {
  const known = new Set(sources.map(plain))
  const missing = [...plainRenames(renames).keys()].filter((name) => !known.has(name))
  if (missing.length > 0) throw problem(`The file has no column ${list(missing)} to rename.`)
  return fieldNames(sources, renames)
}

/** The fields that the request gives a column, and those that columns are named after. */
function chosenFields(
  sources: readonly string[],
  names: readonly string[],
  given: Readonly<Record<string, string>>,
  known: readonly string[],
): FieldColumn[] {
  const chosen = Object.entries(given).map(([field, name]): FieldColumn => {
    const column = sources.findIndex((source) => plain(source) === plain(name))
    if (column === -1) throw problem(`The file has no column ${list([name])} for ${field}.`)
    return { field, column }
  })
  const isChosen = (name: string, index: number) =>
    chosen.some(({ field, column }) => field === name || column === index)
  const named = names.flatMap((field, column) =>
    known.includes(field) && !isChosen(field, column) ? [{ field, column }] : [],
  )
  return [...chosen, ...named].toSorted((a, b) => a.column - b.column)
}

function assertFits(fields: readonly string[], given: ReadonlySet<string>, shape: RecordShape) {
  const known = new Set([...shape.required.flat(), ...shape.optional])
  const unknown = fields.filter((field) => !known.has(field))
  if (unknown.length > 0) throw problem(`The file has unknown columns: ${list(unknown)}.`)
  const twice = fields.filter((field, index) => fields.indexOf(field) !== index)
  if (twice.length > 0) throw problem(`The file has columns twice: ${list(twice)}.`)
  for (const choices of shape.required) {
    const present = choices.filter((field) => fields.includes(field) || given.has(field))
    if (present.length > 1)
      throw problem(`The file has both ${present.join(' and ')}; one is enough.`)
    if (present.length === 0) throw problem(`The file lacks the column ${choices.join(' or ')}.`)
  }
}

/** The values for empty cells: defaults, the user of all rows, and their currency. */
function givenValues(
  { defaults, userId, currency }: ImportOptions,
  fields: readonly string[],
  fieldOf: (name: string) => string,
): ReadonlyMap<string, string> {
  if (userId !== undefined && fields.includes('user_id'))
    throw problem('The file has a column user_id, and the request a user; one is enough.')
  return new Map([
    ...(currency === undefined ? [] : [['currency', currency] as const]),
    ...Object.entries(defaults).map(([name, value]) => [fieldOf(name), value] as const),
    ...(userId === undefined ? [] : [['user_id', String(userId)] as const]),
  ])
}

/**
 * Maps columns to fields, after renaming. Names match regardless of case and surrounding spaces.
 * Where the request says which columns have which fields, others are left out.
 *
 * @param shapeOf the shape of a file with these fields
 * @throws ImportError `columns`
 */
export function matchColumns(
  columns: readonly (string | null)[],
  options: ImportOptions,
  shapeOf: (fields: readonly string[]) => RecordShape,
): RecordColumns {
  const { rename: renames, fieldColumns, critical, primaryKey } = options
  const sources = columns.map((name, index) => name ?? `column_${index + 1}`)
  const names = rename(sources, renames)
  const shape = shapeOf([...names, ...Object.keys(fieldColumns ?? {})])
  const known = [...shape.required.flat(), ...shape.optional]
  const fields =
    fieldColumns === undefined
      ? names.map((field, column) => ({ field, column }))
      : chosenFields(sources, names, fieldColumns, known)
  const fieldNamesOfFile = fields.map(({ field }) => field)
  const fieldOf = (name: string): string => {
    const index = sources.findIndex((source) => plain(source) === plain(name))
    return fields.find(({ column }) => column === index)?.field ?? plain(name)
  }
  const given = givenValues(options, fieldNamesOfFile, fieldOf)
  assertFits(fieldNamesOfFile, new Set(given.keys()), shape)
  const wanted = [...given.keys(), ...critical.map(fieldOf)].filter(
    (field) => !known.includes(field),
  )
  if (wanted.length > 0) throw problem(`There is no column ${list(wanted)}.`)
  if (primaryKey.length > 0) throw problem('Only a dataset has a primary key of columns.')
  return {
    fields,
    sources,
    defaults: given,
    critical: critical.map(fieldOf).filter((field) => !given.has(field)),
  }
}
