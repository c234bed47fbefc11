/**
 * The default words for null in columns of another type than text. In a text they are words like
 * others: people are called Null, and `NA` is Namibia.
 */
export const NULL_WORDS: readonly string[] = [
  '',
  'NULL',
  'N/A',
  '#N/A',
  'NA',
  'n.a.',
  'NaN',
  '\\N',
  '<NA>',
  'None',
  'nil',
  '-',
  '--',
]

/** The default words for null in a column of text. */
export const TEXT_NULL_WORDS: readonly string[] = ['']

/** Whether a cell, without its surrounding blanks, is null. */
export type NullTest = (bytes: Uint8Array, start: number, end: number) => boolean

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
const upper = (byte: number): number => (byte >= 0x61 && byte <= 0x7a ? byte & ~0x20 : byte)

/** @param words compared without regard to the case of ASCII letters; `''` is the empty cell */
export function createNullTest(words: readonly string[] = NULL_WORDS): NullTest {
  const emptyIsNull = words.includes('')
  const wordBytes = words.filter((word) => word !== '').map((word) => Buffer.from(word).map(lower))
  const longest = Math.max(0, ...wordBytes.map((word) => word.length))
  const firstBytes = new Uint8Array(256)
  for (const word of wordBytes) {
    const first = word[0] as number
    firstBytes[first] = 1
    firstBytes[upper(first)] = 1
  }

  const isWord = (bytes: Uint8Array, start: number, length: number): boolean =>
    wordBytes.some((word) => {
      if (word.length !== length) return false
      for (let index = 0; index < length; index += 1) {
        if (lower(bytes[start + index] as number) !== word[index]) return false
      }
      return true
    })

  return (bytes, start, end) => {
    const length = end - start
    if (length === 0) return emptyIsNull
    if (length > longest || firstBytes[bytes[start] as number] === 0) return false
    return isWord(bytes, start, length)
  }
}
