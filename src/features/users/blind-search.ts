import type { FieldCrypto } from '../../lib/crypto.ts'

const SHORTEST_PREFIX = 2

/** Text without regard to case and accents, nor to the form a Greek sigma has at the end of a word. */
export const fold = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ς', 'σ')

/** The words of a name, or the parts of an address. */
const words = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

/** The first 64 bits of a word's HMAC: enough to tell words apart, useless to learn them. */
const token = (crypto: FieldCrypto, word: string): bigint => {
  const digest = crypto.blindIndex('users.search', word)
  return new DataView(digest.buffer, digest.byteOffset).getBigInt64(0)
}

/** What is stored with a user so that the beginnings of words find them: a token for each beginning. */
export function searchTokens(
  crypto: FieldCrypto,
  name: string,
  email: string | undefined,
): bigint[] {
  const beginnings = new Set<string>()
  for (const word of [...words(name), ...words(email ?? '')]) {
    const letters = [...word]
    for (let end = SHORTEST_PREFIX; end <= letters.length; end += 1) {
      beginnings.add(letters.slice(0, end).join(''))
    }
  }
  return [...beginnings].map((beginning) => token(crypto, beginning))
}

/**
 * The tokens a search must all find. A single letter, as in O'Brien, is left out.
 *
 * @returns undefined when no word has two characters
 */
export function queryTokens(crypto: FieldCrypto, query: string): bigint[] | undefined {
  const terms = words(query).filter((term) => [...term].length >= SHORTEST_PREFIX)
  return terms.length > 0 ? terms.map((term) => token(crypto, term)) : undefined
}
