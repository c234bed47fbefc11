import type { RowFile } from '../../../../csv/file/row-file.ts'
import { ImportError } from '../loader.ts'

/** The longest identifier of PostgreSQL, in bytes. */
const MAX_BYTES = 63
/** What a number leaves of one, whatever the number. */
const MAX_STEM_BYTES = 55
/**
 * The row number, the parameters of the operation that reads rows, and PostgreSQL's system columns.
 */
const RESERVED = [
  '_row',
  'sort',
  'cursor',
  'page',
  'per_page',
  'tableoid',
  'ctid',
  'xmin',
  'cmin',
  'xmax',
  'cmax',
]
/** Longer names are cut first, in UTF-16 units. */
const MAX_UNITS = 1_000

/** Cuts a text to a number of UTF-8 bytes, between characters. */
function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  const characters = [...text.slice(0, maxBytes)]
  while (Buffer.byteLength(characters.join('')) > maxBytes) characters.pop()
  return characters.join('')
}

/**
 * Turns a name into an identifier: letters and digits of any script, in lower case and without
 * accents, with `_` for everything between them.
 *
 * @returns '' when nothing is left
 */
export function identifierOf(name: string): string {
  const plain = name.slice(0, MAX_UNITS).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const words = plain.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '')
  const named = /^\p{N}/u.test(words) ? `_${words}` : words
  return cutToBytes(named, MAX_BYTES)
}

/** A column of the file, with its name in the dataset. */
export interface NamedColumn {
  /** The name in the file; null if the file has none. */
  readonly sourceName: string | null
  readonly name: string
}

/** The index of the first column that has each name. */
function firstPlaces(names: readonly (string | null)[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    if (name !== null && !places.has(name)) places.set(name, index)
  }
  return places
}

/**
 * Finds the columns that a request names, by their names in the file or in the dataset.
 *
 * @returns their indexes, in the order of the request
 * @throws ImportError `unknown_column`
 */
export function findColumns(
  columns: readonly NamedColumn[],
  wanted: readonly string[],
  option: string,
): number[] {
  if (wanted.length === 0) return []
  // A thousand names may be given for a thousand columns.
  const bySource = firstPlaces(columns.map(({ sourceName }) => sourceName?.trim() ?? null))
  const byName = firstPlaces(columns.map(({ name }) => name))
  return wanted.map((given) => {
    const index = Math.min(
      bySource.get(given.trim()) ?? columns.length,
      byName.get(given) ?? columns.length,
    )
    if (index === columns.length) {
      throw new ImportError(
        'unknown_column',
        `${option} names a column that the file does not have.`,
      )
    }
    return index
  })
}

/**
 * Makes names unique by a number behind those that are taken. Names that begin alike share their numbers, as a file
 * may have a thousand columns of one name.
 *
 * @param wanted the wanted name of each column; '' for none
 */
function uniqueNames(wanted: readonly string[], placeName: (index: number) => string): string[] {
  const taken = new Set(RESERVED)
  const numbers = new Map<string, number>()

  function numbered(want: string): string {
    const stem = cutToBytes(want, MAX_STEM_BYTES)
    for (let number = numbers.get(stem) ?? 2; ; number += 1) {
      const suffix = `_${number}`
      const name = cutToBytes(want, MAX_BYTES - suffix.length) + suffix
      numbers.set(stem, number + 1)
      if (!taken.has(name)) return name
    }
  }

  return wanted.map((given, index) => {
    const want = given || placeName(index)
    const name = taken.has(want) ? numbered(want) : want
    taken.add(name)
    return name
  })
}

/**
 * Names the columns of a dataset: by the header or `rename`, else by position as `column_1` and so
 * on. Cells beyond the header make columns `extra_1` and so on.
 *
 * @param rename new names, by the name in the file or its identifier
 * @throws ImportError `unknown_column`
 */
export function nameColumns(
  { columns: sources, shortNames }: Pick<RowFile, 'columns' | 'shortNames'>,
  rename: Readonly<Record<string, string>>,
  extra = 0,
): NamedColumn[] {
  const all = [...sources, ...Array.from({ length: extra }, () => null)]
  const placeName = (index: number) =>
    index < sources.length ? `column_${index + 1}` : `extra_${index - sources.length + 1}`
  const nameAll = (wanted: readonly string[]): NamedColumn[] =>
    uniqueNames(wanted, placeName).map((name, index) => ({
      sourceName: all[index] ?? null,
      name,
    }))

  const own = all.map((_, index) => identifierOf(shortNames[index] ?? ''))
  const named = nameAll(own)
  const newNames = Object.values(rename).map(identifierOf)
  const given = new Map(
    findColumns(named, Object.keys(rename), 'rename').map((index, at) => [index, newNames[at]]),
  )
  return given.size === 0 ? named : nameAll(own.map((name, index) => given.get(index) || name))
}
