import { ImportError } from './imports.loader.ts'

/** The longest identifier of PostgreSQL, in bytes. */
const MOST_BYTES = 63
/** The number of the row, and what the parameters of reading rows are called. */
const RESERVED = ['_row', 'sort', 'cursor', 'page', 'per_page']

function cutToBytes(text: string, most: number): string {
  let cut = text
  while (Buffer.byteLength(cut) > most) cut = [...cut].slice(0, -1).join('')
  return cut
}

/**
 * A name as an identifier: letters and digits of any script in lower case, without accents, and `_` for
 * all else between them.
 *
 * @returns '' when nothing is left
 */
export function identifierOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const words = plain.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '')
  const named = /^\p{N}/u.test(words) ? `_${words}` : words
  return cutToBytes(named, MOST_BYTES)
}

/** A column of the file and what it is called in the dataset. */
export interface NamedColumn {
  /** As the file has it; null where it names none. */
  readonly sourceName: string | null
  readonly name: string
}

function unique(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let count = 2; ; count += 1) {
    const suffix = `_${count}`
    const name = cutToBytes(wanted, MOST_BYTES - suffix.length) + suffix
    if (!taken.has(name)) return name
  }
}

/**
 * Names columns: by the header or as renamed, otherwise `column_1` and so on by their place; those of cells
 * beyond the header `extra_1` and so on.
 *
 * @param rename by the file's names, or by what they become
 */
export function nameColumns(
  sources: readonly (string | null)[],
  rename: Readonly<Record<string, string>>,
  extra = 0,
): NamedColumn[] {
  const taken = new Set(RESERVED)
  const all = [...sources, ...Array.from({ length: extra }, () => null)]
  const placeName = (index: number) =>
    index < sources.length ? `column_${index + 1}` : `extra_${index - sources.length + 1}`
  return all.map((sourceName, index) => {
    const own = identifierOf(sourceName ?? '')
    const given = rename[sourceName ?? ''] ?? rename[sourceName?.trim() ?? ''] ?? rename[own]
    const wanted = identifierOf(given ?? '') || own || placeName(index)
    const name = unique(wanted, taken)
    taken.add(name)
    return { sourceName, name }
  })
}

/**
 * Finds the columns that a request names, by the file's names or by their own.
 *
 * @returns their indexes, in the order of the request
 * @throws ImportError `unknown_column`
 */
export function findColumns(
  columns: readonly NamedColumn[],
  wanted: readonly string[],
  option: string,
): number[] {
  return wanted.map((given) => {
    const index = columns.findIndex(
      ({ sourceName, name }) => sourceName?.trim() === given.trim() || name === given,
    )
    if (index === -1) {
      throw new ImportError('unknown_column', `The file has no column that ${option} names.`)
    }
    return index
  })
}
