import { maskAccountNumbersIn } from '../../../bank-accounts/bank-accounts.public.ts'
import { ImportError } from '../loader.ts'
import { fieldNames, type ImportOptions, plainName as plain, plainRenames } from '../options.ts'

/** The fields of a kind of record. */
export interface RecordShape {
  /** Groups of fields. The file needs exactly one field of each group. */
  readonly required: readonly (readonly string[])[]
  readonly optional: readonly string[]
}

/** The fields that a file's columns map to. */
export interface RecordColumns {
  /** The field of each column. */
  readonly fields: readonly string[]
  /** Field -> name of its column in the file. */
  readonly sourceNames: ReadonlyMap<string, string>
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

/**
 * Maps columns to fields, after renaming. Names match regardless of case and surrounding spaces.
 *
 * @throws ImportError `columns`
 */
export function matchColumns(
  columns: readonly (string | null)[],
  { rename: renames, defaults, critical, primaryKey }: ImportOptions,
  shape: RecordShape,
): RecordColumns {
  const sources = columns.map((name, index) => name ?? `column_${index + 1}`)
  const fields = rename(sources, renames)
  const fieldOf = (name: string): string => {
    const index = sources.findIndex((source) => plain(source) === plain(name))
    return index === -1 ? plain(name) : (fields[index] as string)
  }
  const given = new Map(Object.entries(defaults).map(([name, value]) => [fieldOf(name), value]))
  assertFits(fields, new Set(given.keys()), shape)
  const known = new Set([...shape.required.flat(), ...shape.optional])
  const wanted = [...given.keys(), ...critical.map(fieldOf)].filter((field) => !known.has(field))
  if (wanted.length > 0) throw problem(`There is no column ${list(wanted)}.`)
  if (primaryKey.length > 0) throw problem('Only a dataset has a primary key of columns.')
  return {
    fields,
    sourceNames: new Map(fields.map((field, index) => [field, sources[index] as string])),
    defaults: given,
    critical: critical.map(fieldOf).filter((field) => !given.has(field)),
  }
}
