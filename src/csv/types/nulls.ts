/**
 * What stands for nothing unless the caller says otherwise. `NA` is not among them (it is Namibia), nor are `-`,
 * `none` and `nil`, which say something in many files.
 */
export const NULL_WORDS: readonly string[] = ['', 'NULL', 'N/A', '#N/A', 'NaN', '\\N', '<NA>']

/** Tells whether a cell without surrounding blanks stands for nothing. */
export type NullTest = (bytes: Uint8Array, start: number, end: number) => boolean

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)

/** @param words in any case of ASCII letters; `''` is the empty cell */
export function createNullTest(words: readonly string[] = NULL_WORDS): NullTest {
  const emptyIsNull = words.includes('')
  const known = words.filter((word) => word !== '').map((word) => Buffer.from(word).map(lower))
  const longest = Math.max(0, ...known.map((word) => word.length))
  const begins = new Uint8Array(256)
  for (let byte = 0; byte < 256; byte += 1) {
    if (known.some((word) => word[0] === lower(byte))) begins[byte] = 1
  }

  const isWord = (bytes: Uint8Array, start: number, length: number): boolean =>
    known.some((word) => {
      if (word.length !== length) return false
      for (let index = 0; index < length; index += 1) {
        if (lower(bytes[start + index] as number) !== word[index]) return false
      }
      return true
    })

  return (bytes, start, end) => {
    const length = end - start
    if (length === 0) return emptyIsNull
    if (length > longest || begins[bytes[start] as number] === 0) return false
    return isWord(bytes, start, length)
  }
}
