import type { GivenDialect } from '../../../csv/detect/dialect.ts'
import type { ColumnType, DateOrder } from '../../../csv/types/decide.ts'
import type { NumberFormat } from '../../../csv/types/number-format.ts'

/** The options of an import besides kind and name. Stored with it as JSON. */
export interface ImportOptions {
  /** The users of the file get welcome mails. Absent otherwise, as in the options of former imports. */
  readonly welcome?: true
  /** Checks and counts everything, and stores nothing. */
  readonly dryRun: boolean
  /** `abort` fails the import at the first refused row. */
  readonly onError: 'skip' | 'abort'
  /** The import fails when more rows are refused. null means no limit. */
  readonly maxErrors: number | null
  readonly types: 'infer' | 'text'
  readonly ragged: 'reject' | 'pad'
  /** What to do if a dataset of the same name exists. */
  readonly ifExists: 'fail' | 'replace'
  /** The given parts of the dialect. The others are detected. */
  readonly dialect: GivenDialect
  /** Words that mean null; null for the usual ones. */
  readonly nulls: readonly string[] | null
  readonly numbers: NumberFormat
  /** Columns that must not be empty, by their old or new names. */
  readonly critical: readonly string[]
  /** The value for each column's nulls. */
  readonly defaults: Readonly<Record<string, string>>
  /** Columns of the primary key. If empty, a generated row number is the key. */
  readonly primaryKey: readonly string[]
  /** Column name in the file -> new name. */
  readonly rename: Readonly<Record<string, string>>
  /** Of a dataset: column -> its type. This and what follows is absent if it was not given. */
  readonly columnTypes?: Readonly<Record<string, ColumnType>>
  /** The order of dates that could be of two. */
  readonly dateOrder?: DateOrder
  /** Of records: field -> the column that has it. Other columns are left out then. */
  readonly fieldColumns?: Readonly<Record<string, string>>
  /** Of transactions: the user of all rows. */
  readonly userId?: number
  /** Of transactions: the currency of rows without one. */
  readonly currency?: string
  /** Of transactions: whether rows without a reference get one from what they hold. */
  readonly hashReference?: true
  /** Of a preview: how much of the file its dialect is detected from. */
  readonly sampleBytes?: number
}

/** Returns a column's name without case and surrounding blanks, as records know it. */
export const plainName = (name: string): string => name.trim().toLowerCase()

/** Returns the renames by the plain names of columns. */
export const plainRenames = (renames: ImportOptions['rename']) =>
  new Map(Object.entries(renames).map(([from, to]) => [plainName(from), plainName(to)]))

/** The names that the request gives to columns: new ones, and the fields that they have. */
export const renamesOf = ({
  rename,
  fieldColumns = {},
}: ImportOptions): ImportOptions['rename'] => ({
  ...rename,
  ...Object.fromEntries(Object.entries(fieldColumns).map(([field, column]) => [column, field])),
})

/** Returns the columns' names after the renames of the request. */
export function fieldNames(
  sources: readonly string[],
  renames: ImportOptions['rename'],
): readonly string[] {
  const given = plainRenames(renames)
  return sources.map((name) => given.get(plainName(name)) ?? plainName(name))
}
