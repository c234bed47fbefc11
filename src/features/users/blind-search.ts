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
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

/** The first 64 bits of a word's HMAC. They distinguish words, and do not reveal them. */
const token = (digest: Uint8Array): bigint =>
  new DataView(digest.buffer, digest.byteOffset).getBigInt64(0)

/** The tokens of a beginning of a word, and the beginning that is one letter shorter. */
interface Beginning {
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
    tokens: [first && token(first), second && token(second)],
    shorter: beginningOf(crypto, shorter, known),
  }
  known.set(word, made)
  return made
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
  const [firsts, seconds] = [new Set<bigint>(), new Set<bigint>()]
  for (const word of new Set([...words(name), ...words(email ?? '')])) {
    let one = beginningOf(crypto, word, known)
    for (; one; one = one.shorter) {
      const [first, second] = one.tokens
      if (first !== undefined) firsts.add(first)
      if (second !== undefined) seconds.add(second)
    }
  }
  return [[...firsts], [...seconds]]
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
