import type { FieldCrypto, Slot, Slots } from '../../lib/crypto.ts'
import { Remembered } from '../../lib/remembered.ts'

/** Removes case, accents, and the final form of a Greek sigma. */
export const fold = (text: string): string =>
  isAscii(text)
    ? text.toLowerCase()
    : text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ς', 'σ')

/** Most names are, and folding them the long way takes ten times as long. */
const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text)

/** The words of a name, or the parts of an e-mail address. */
const words = (text: string): string[] =>
  fold(text)
    .split(isAscii(text) ? /[^a-z0-9]+/ : /[^\p{L}\p{N}]+/u)
    .filter(Boolean)

/** The first 64 bits of a word's HMAC. They distinguish words, and do not reveal them. */
const token = (digest: Uint8Array): bigint =>
  new DataView(digest.buffer, digest.byteOffset).getBigInt64(0)

/** A beginning of a word with its tokens, and the beginning that is one letter shorter. */
interface Beginning {
  readonly letters: string
  readonly tokens: Slots<bigint>
  readonly shorter: Beginning | undefined
}

/** Beginnings whose tokens are known, under the index keys of one {@link FieldCrypto.indexVersion}. */
export type Beginnings = Pick<Remembered<string, Beginning>, 'get' | 'set'>

/** Remembers beginnings of words for those who store many users. @param half see {@link Remembered} */
export const rememberBeginnings = (half: number): Beginnings => new Remembered(half)

/** A letter beyond U+FFFF takes two UTF-16 units. */
const withoutLastLetter = (word: string): string =>
  word.slice(0, (word.codePointAt(word.length - 2) ?? 0) > 0xffff ? -2 : -1)

/** @returns undefined for a single letter, which has no token */
function beginningOf(crypto: FieldCrypto, word: string, known: Beginnings): Beginning | undefined {
  const found = known.get(word)
  if (found) return found
  const shorter = withoutLastLetter(word)
  if (shorter === '') return undefined
  const [first, second] = crypto.blindIndexes('users.search', word)
  const made: Beginning = {
    letters: word,
    tokens: [first && token(first), second && token(second)],
    shorter: beginningOf(crypto, shorter, known),
  }
  known.set(word, made)
  return made
}

/** The length of the longest beginning that a word shares with one of the words before it. */
function sharedLength(word: string, words: readonly string[], before: number): number {
  let longest = 0
  for (let index = 0; index < before; index += 1) {
    const other = words[index] as string
    let shared = 0
    while (shared < word.length && word.charCodeAt(shared) === other.charCodeAt(shared)) shared += 1
    if (shared > longest) longest = shared
  }
  return longest
}

/**
 * The tokens stored with a user: one for each beginning of a word in name and e-mail address, for
 * each of the two columns.
 */
export function searchTokens(
  crypto: FieldCrypto,
  name: string,
  email: string | undefined,
  known: Beginnings = new Map(),
): [bigint[], bigint[]] {
  const [firsts, seconds]: [bigint[], bigint[]] = [[], []]
  const all = [...words(name), ...words(email ?? '')]
  for (const [index, word] of all.entries()) {
    const shared = sharedLength(word, all, index)
    let one = beginningOf(crypto, word, known)
    for (; one && one.letters.length > shared; one = one.shorter) {
      const [first, second] = one.tokens
      if (first !== undefined) firsts.push(first)
      if (second !== undefined) seconds.push(second)
    }
  }
  return [firsts, seconds]
}

/**
 * The tokens of a search. A user has to have all of them. Single letters, as in O'Brien, are left
 * out.
 *
 * @returns undefined when all words are shorter than two characters
 */
export function queryTokens(
  crypto: FieldCrypto,
  query: string,
): { readonly slot: Slot; readonly tokens: readonly bigint[] } | undefined {
  const terms = words(query).filter((term) => withoutLastLetter(term) !== '')
  const found = terms.map((term) => crypto.lookUp('users.search', term))
  const [first] = found
  return first && { slot: first.slot, tokens: found.map(({ index }) => token(index)) }
}
